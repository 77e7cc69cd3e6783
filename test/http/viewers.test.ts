/** How long a token that was verified is remembered, and what is never remembered. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIssuer, type DevelopmentIssuer } from '../../src/auth/index.js';
import type { AuditEntry } from '../../src/access/index.js';
import { openDoor } from '../../src/http/index.js';
import { HubError, toWireId, type RowId, type ViewerRows } from '../../src/kernel/index.js';
import { testPolicy } from '../support/gateway.js';

let folder: string;
let issuer: DevelopmentIssuer;
let now = Date.parse('2026-11-23T14:00:00Z');
const clock = { now: () => new Date(now) };
const user = '00000000-0000-4000-8000-000000000001';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-door-'));
  issuer = await openIssuer(folder, { clock });
});
afterAll(async () => await rm(folder, { recursive: true }));

let asked = 0;
let rows: ViewerRows | null | HubError;
beforeEach(() => {
  asked = 0;
  entries.length = 0;
  rows = { userRow: '1' as RowId, departmentRows: [], facilityRow: null };
});
const entries: AuditEntry[] = [];
const door = (generation = () => 1) => {
  const admit = openDoor({
    tokens: issuer.rules,
    policy: () => ({ policy: testPolicy, generation: generation() }),
    findRows: () => {
      asked += 1;
      return rows instanceof HubError ? Promise.reject(rows) : Promise.resolve(rows);
    },
    audit: { record: async (recorded) => void entries.push(...recorded) },
    clock,
  });
  return (authorization: string) => admit(authorization, 'a-request');
};
const tokenFor = (minutes: number, role = 'ADVOCATE') =>
  issuer.issueToken({ role, purpose: 'HOPERAT', userId: toWireId('usr', user), departments: [], facility: null, minutes });

describe('a token', () => {
  it('is verified once a minute, and let in as user, role and purpose with a plan', async () => {
    const admit = door();
    const token = await tokenFor(10);
    expect(await admit(`Bearer ${token}`)).toMatchObject({
      viewer: { userUuid: user, role: 'ADVOCATE', purpose: 'HOPERAT' },
      rows: { userRow: '1' },
      plan: { generation: 1 },
    });
    now += 59_000;
    await admit(`Bearer ${token}`);
    expect(asked).toBe(1);
    now += 2_000;
    await admit(`Bearer ${token}`);
    expect(asked).toBe(2);
  });

  it('is not remembered beyond its own end', async () => {
    const admit = door();
    const token = await tokenFor(0.5);
    await admit(`Bearer ${token}`);
    now += 61_000; // thirty seconds of tolerance are over, too
    await expect(admit(`Bearer ${token}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('that was refused is looked at anew', async () => {
    const admit = door();
    const token = await tokenFor(10);
    rows = null;
    await expect(admit(`Bearer ${token}`)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(entries).toMatchObject([{ outcome: 'REFUSED', requestId: 'a-request', personUid: null, actor: { userUuid: user } }]);
    rows = new HubError('DATABASE_UNAVAILABLE', 'away');
    await expect(admit(`Bearer ${token}`)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    rows = { userRow: '1' as RowId, departmentRows: [], facilityRow: null };
    await expect(admit(`Bearer ${token}`)).resolves.toBeDefined();
  });

  it('asked for by many at once is looked up once', async () => {
    const admit = door();
    const token = await tokenFor(10);
    await Promise.all(Array.from({ length: 8 }, () => admit(`Bearer ${token}`)));
    expect(asked).toBe(1);
  });

  it('is given the plan of the policy in force at each request', async () => {
    let generation = 1;
    const admit = door(() => generation);
    const token = await tokenFor(10);
    expect((await admit(`Bearer ${token}`)).plan.generation).toBe(1);
    generation = 2;
    expect((await admit(`Bearer ${token}`)).plan.generation).toBe(2);
  });

  it('of a role that the policy does not know is refused each time', async () => {
    const admit = door();
    const token = await tokenFor(10, 'SURGEON');
    for (let turn = 0; turn < 2; turn += 1) await expect(admit(`Bearer ${token}`)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
