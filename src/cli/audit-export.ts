/** `hub audit export`: the trail as FHIR R4 AuditEvents, one a line. Goes to a file of the hub's account only, or to standard
 *  output; never more of it in memory than a page. */
import { open } from 'node:fs/promises';
import { auditEventOf, exportTrail, type ExportWanted } from '../access/index.js';
import { HubError, parseInstant, uuidOf } from '../kernel/index.js';
import { openPool } from '../store/index.js';
import { roleAddress } from './database.js';
import type { HubSettings } from './hub-settings.js';
import { openTerminal } from './terminal.js';

export interface ExportOptions {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly patient?: string | undefined;
  readonly user?: string | undefined;
  readonly out?: string | undefined;
}

export async function exportAudit(settings: HubSettings, options: ExportOptions): Promise<void> {
  const wanted = readWanted(options);
  const pool = openPool(await roleAddress(settings, 'worker'), { max: 1, name: 'audit-export' });
  let count = 0;
  try {
    const write = await openOutput(options.out);
    for await (const page of exportTrail(pool, wanted)) {
      await write.lines(page.map((entry) => JSON.stringify(auditEventOf(entry))));
      count += page.length;
    }
    await write.close();
  } finally {
    await pool.end();
  }
  if (options.out !== undefined) openTerminal().say(`${count} AuditEvents written to ${options.out}.`);
}

/** Pure. @throws HubError BAD_INPUT */
export function readWanted({ from, to, patient, user }: ExportOptions): ExportWanted {
  return {
    from: instantOf('--from', from),
    to: instantOf('--to', to),
    personUid: uuidBehind(patient, { option: '--patient', tag: 'pat' }),
    userUid: uuidBehind(user, { option: '--user', tag: 'usr' }),
  };
}

function instantOf(option: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const instant = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00.000Z` : text);
  if (instant) return instant;
  throw new HubError('BAD_INPUT', `${option}: expected a day (2026-11-23) or an instant (2026-11-23T14:00:00Z), found something else.`);
}

export function uuidBehind(id: string | undefined, { option, tag }: { readonly option: string; readonly tag: string }): string | null {
  if (id === undefined) return null;
  const uuid = uuidOf(id, tag);
  if (uuid !== null) return uuid;
  throw new HubError('BAD_INPUT', `${option}: expected an id of the hub that begins with ${tag}_, found something else.`);
}

async function openOutput(file: string | undefined): Promise<{ lines(texts: readonly string[]): Promise<void>; close(): Promise<void> }> {
  if (file === undefined)
    return {
      lines: (texts) =>
        new Promise((done, failed) => process.stdout.write(`${texts.join('\n')}\n`, (error) => (error ? failed(error) : done()))),
      close: () => Promise.resolve(),
    };
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    throw new HubError('BAD_INPUT', '--out: expected a file that is not there yet in a folder that can be written, found something else.', {
      cause,
    });
  });
  return { lines: (texts) => handle.appendFile(`${texts.join('\n')}\n`), close: () => handle.close() };
}
