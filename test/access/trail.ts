/** A trail for tests: entries appended as the hub appends them, checkpoints in a folder of the test's own, and both verified. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import { appendEntries, type AuditEntry } from '../../src/access/index.js';
import { auditPages } from '../../src/access/audit-pages.js';
import { findRetired, verifyTrail, type Verdict } from '../../src/access/audit-verify.js';
import { readCheckpoints } from '../../src/access/checkpoint-file.js';
import { openSealKey } from '../../src/access/seal-key.js';
import { sealTrail, type Sealing } from '../../src/access/seal.js';
import { asSystem, fixedClock, toWireId, type Viewer } from '../../src/kernel/index.js';
import { emptyFolder } from '../support/empty-folder.js';

export const uid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const viewer: Viewer = {
  userId: toWireId('usr', uid(1)),
  userUuid: uid(1),
  role: 'ADVOCATE',
  purpose: 'HOPERAT',
  departments: [],
  facility: null,
  tokenId: 'token-1',
};
export const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: viewer,
  requestId: `request-${n}`,
  action: 'READ',
  operation: 'PatientContext',
  personUid: uid(n),
  caseUid: null,
  phiClasses: ['IDENTITY', 'CLINICAL'],
  outcome: 'ALLOWED',
  withheldFields: [],
  ...more,
});
/** Persons and systems in turn. */
export const append = (pool: Pool, from: number, count: number): Promise<void> =>
  appendEntries(
    pool,
    Array.from({ length: count }, (_, n) => entry(from + n, n % 7 === 3 ? { actor: asSystem('scope', 'HSYSADMIN'), personUid: null } : {})),
  );

export interface Seals {
  readonly sealing: Sealing;
  seal(pool: Pool, at?: string): ReturnType<typeof sealTrail>;
  verify(pool: Pool, pageSize?: number): Promise<Verdict>;
  /** What verification says, in its order. */
  says(pool: Pool): Promise<string[]>;
}
export async function openSeals(folder = emptyFolder()): Promise<Seals> {
  const file = join(folder, 'audit', 'checkpoints.jsonl');
  const key = await openSealKey(join(folder, 'audit', 'key.pem'));
  const sealing = { file, key, every: 10, everyMs: 3_600_000, clock: fixedClock('2026-11-23T14:00:00Z') };
  const keys = new Map([[key.id, key.publicKey]]);
  const verify = async (pool: Pool, pageSize?: number): Promise<Verdict> =>
    verifyTrail({
      pages: auditPages(pool, 0, pageSize),
      checkpoints: readCheckpoints(file),
      keys,
      retired: await findRetired(readCheckpoints(file), keys),
    });
  return {
    sealing,
    seal: (pool, at) => sealTrail(pool, at ? { ...sealing, clock: fixedClock(at) } : sealing),
    verify,
    says: async (pool) => (await verify(pool)).findings.map(({ says }) => says),
  };
}
