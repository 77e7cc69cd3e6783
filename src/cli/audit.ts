/** `hub audit ...`: the trail held against its chain and its checkpoints, the public key of those, and months that need not be
 *  kept any longer. Export and accounting are beside (audit-export.ts, accounting.ts). */
import { readFile } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import {
  auditPages,
  findRetired,
  findSealKey,
  keyIdOf,
  openSealKey,
  readCheckpoints,
  readPublicKey,
  retireMonths,
  verifyTrail,
  type Verdict,
} from '../access/index.js';
import { HubError, realClock } from '../kernel/index.js';
import { openPool } from '../store/index.js';
import { findRunning } from './data-folder.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { openTerminal } from './terminal.js';

/** @param keyFile public keys to believe in place of the data folder's own */
export async function verifyAudit(settings: HubSettings, { keyFile }: { readonly keyFile: string | null }): Promise<void> {
  const terminal = openTerminal();
  const { checkpoints } = settings.audit;
  const keys = await keysToBelieve(settings, keyFile);
  const pool = openPool(await roleAddress(settings, 'worker'), { max: 1, name: 'audit-verify' });
  let told = performance.now();
  const onProgress = (entries: number, of: number): void => {
    if (performance.now() - told < progressMs) return;
    told = performance.now();
    terminal.say(`  ${entries} of ${of} entries`);
  };
  try {
    const retired = await findRetired(readCheckpoints(checkpoints), keys);
    const verdict = await verifyTrail({ pages: auditPages(pool), checkpoints: readCheckpoints(checkpoints), keys, retired, onProgress });
    for (const { says } of verdict.findings) terminal.say(says);
    for (const line of standing(verdict, checkpoints)) terminal.say(line);
    const [first] = verdict.findings;
    if (first)
      throw new HubError(
        'AUDIT_BROKEN',
        `The audit trail was changed (${countOf(verdict.findings.length, 'finding')}). The first: ${first.says}.`,
      );
    terminal.say('Nothing was altered, taken out or put in.');
  } finally {
    await pool.end();
  }
}

const progressMs = 2_000;
const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What was looked at, and what looking cannot tell. Pure. */
export function standing({ entries, first, last, sealed, checkpoints }: Verdict, file: string): string[] {
  if (!first || !last) return [`There is no entry yet; ${countOf(checkpoints, 'checkpoint')} in ${file}.`];
  const span = `${countOf(entries, 'entry').replace('entrys', 'entries')}, ${first.seq} to ${last.seq}, from ${first.at} to ${last.at}.`;
  if (!sealed)
    return [
      span,
      `No checkpoint in ${file} agrees with them: only the chain itself could be looked at, and who can write to the database could have written it anew.`,
    ];
  const after = last.seq - sealed.seq;
  return [
    span,
    `Sealed up to entry ${sealed.seq} by the checkpoint of ${sealed.at} (${checkpoints} in ${file}).`,
    after === 0
      ? 'Entries added after it, if any were, could have been cut off together with the head of the chain: that cannot be known.'
      : `${countOf(after, 'entry').replace('entrys', 'entries')} after it ${after === 1 ? 'is' : 'are'} not sealed yet: whether more were cut off together with the head of the chain cannot be known.`,
  ];
}

async function keysToBelieve({ audit }: HubSettings, keyFile: string | null): Promise<ReadonlyMap<string, KeyObject>> {
  if (keyFile !== null) {
    const text = await readFile(keyFile, 'utf8').catch((cause: unknown) => {
      throw new HubError('BAD_INPUT', '--key: expected a file that can be read, found none.', { cause });
    });
    const pems = text.match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g) ?? [text];
    return new Map(pems.map(readPublicKey).map((key) => [keyIdOf(key), key]));
  }
  const own = await findSealKey(audit.key);
  return new Map(own ? [[own.id, own.publicKey]] : []);
}

/** Made here where no worker has made it yet. */
export async function showAuditKey({ audit }: HubSettings): Promise<void> {
  const { id, publicKey } = await openSealKey(audit.key);
  const terminal = openTerminal();
  terminal.say(`Key ${id} signs the checkpoints in ${audit.checkpoints}. Keep its public half elsewhere, and verify with --key:`);
  terminal.say(String(publicKey.export({ type: 'spki', format: 'pem' })).trimEnd());
}

/** Takes away whole months that are older than the settings keep. */
export async function retireAudit(settings: HubSettings, { dryRun }: { readonly dryRun: boolean }): Promise<void> {
  const url = settings.database?.url ?? (await findRunning(settings.data)).ownerUrl;
  const pool = openPool(url, { max: 1, name: 'audit-retire' });
  const now = realClock.now();
  const before = new Date(Date.UTC(now.getUTCFullYear() - settings.audit.keepYears, now.getUTCMonth(), 1));
  try {
    const key = await openSealKey(settings.audit.key);
    const retired = await retireMonths(pool, { before, file: settings.audit.checkpoints, key, clock: realClock, dryRun });
    const terminal = openTerminal();
    if (!retired) terminal.say(`No month is older than ${settings.audit.keepYears} years; nothing was taken away.`);
    else
      terminal.say(
        `${dryRun ? 'Would take away' : 'Took away'} ${retired.months.join(', ')}: entries up to ${retired.to}${dryRun ? '' : ', by a signed checkpoint'}.`,
      );
  } finally {
    await pool.end();
  }
}
