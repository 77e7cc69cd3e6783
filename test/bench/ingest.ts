/** How fast messages become labelled rows, against the least that could be done: the very same typed, document and outbox rows put
 *  into tables of the same shape by bare `unnest` inserts, in as many transactions. Both sides must end with equal counts. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import { readLabelRules } from '../../src/access/index.js';
import { packageRoot, type SourceId } from '../../src/kernel/index.js';
import type { HubRecord } from '../../src/records/index.js';
import { ingestBatch, openPool, registerSources, startRun, type Counts } from '../../src/store/index.js';
import { textArray, type Cell } from '../../src/store/ingest/text-array.js';
import { syntheticPages } from './synthetic-records.js';

export interface IngestFigures {
  readonly documents: number;
  readonly typedRows: number;
  readonly rowsPerSecond: number;
  readonly rawRowsPerSecond: number;
  /** Of raw. */
  readonly ratio: number;
  readonly unchangedDocumentsPerSecond: number;
}

const facts = ['encounter', 'condition', 'appointment', 'claim', 'adjudication', 'coverage', 'payment', 'account', 'care_team_member'];
const typed = ['patient_record', 'patient_identifier', 'patient_phone', ...facts];
const all = [...typed, 'document', 'outbox'];

const rules = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));
const maskOf = (record: HubRecord): number => rules.maskOf(record.labelCodes);

/** The database is a fresh, migrated one and is left full. */
export async function benchIngest(
  { url, workerUrl }: { readonly url: string; readonly workerUrl: string },
  { patients }: { readonly patients: number },
): Promise<IngestFigures> {
  const owner = openPool(url, { max: 1, name: 'bench-owner' });
  const worker = openPool(workerUrl, { max: 1, name: 'bench-worker' });
  try {
    const pages = syntheticPages(patients);
    const [source] = await registerSources(worker, [{ name: 'bench', kind: 'fhir', supplies: [], expectedIntervalSeconds: 300 }]);
    if (!source) throw new Error('the source was not registered');
    const ours = await timed(() => ingestPages(worker, source.id, pages));
    const raw = await makeRaw(owner);
    const bare = await timed(() => insertRaw(owner, raw));
    await sameCounts(owner);
    await someAreSensitive(owner);
    const again = await timed(() => ingestPages(worker, source.id, pages));
    const documents = pages.flat().length;
    if (again.result.unchanged !== documents || again.result.typedRows !== 0) throw new Error('the second run was to change nothing');
    const typedRows = typed.reduce((sum, table) => sum + (raw.get(table)?.rows ?? 0), 0);
    const perSecond = (count: number, seconds: number) => Math.round(count / seconds);
    return {
      documents,
      typedRows,
      rowsPerSecond: perSecond(typedRows, ours.seconds),
      rawRowsPerSecond: perSecond(typedRows, bare.seconds),
      ratio: Number((bare.seconds / ours.seconds).toFixed(2)),
      unchangedDocumentsPerSecond: perSecond(documents, again.seconds),
    };
  } finally {
    await Promise.all([owner.end(), worker.end()]);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}

async function ingestPages(
  worker: Pool,
  sourceId: SourceId,
  pages: ReturnType<typeof syntheticPages>,
): Promise<Pick<Counts, 'unchanged' | 'typedRows'>> {
  const receivedAt = new Date('2026-06-01T00:00:00Z');
  const run = await startRun(worker, { sourceId, full: false, at: receivedAt });
  const sum = { unchanged: 0, typedRows: 0 };
  for (const [page, messages] of pages.entries()) {
    const batch = { messages, cursor: { page }, progress: null };
    const counts = await ingestBatch(worker, { sourceId, runId: run.id, receivedAt, batch, maskOf });
    sum.unchanged += counts.unchanged;
    sum.typedRows += counts.typedRows;
  }
  return sum;
}

interface RawTable {
  readonly insert: string;
  readonly rows: number;
  /** Column by column, page by page, as one would hold them just before writing. */
  readonly pages: readonly (readonly (readonly Cell[])[])[];
}

/** Tables of the same shape in a schema of their own, and the rows that ingest has just written, ready to be written again. */
async function makeRaw(owner: Pool): Promise<ReadonlyMap<string, RawTable>> {
  await owner.query('create schema raw');
  const tables = new Map<string, RawTable>();
  for (const table of all) {
    await owner.query(`create table raw.${table} (like hub.${table} including all)`);
    if (table !== 'patient_record' && typed.includes(table)) {
      await owner.query(`alter table raw.${table} add foreign key (patient_record_id) references raw.patient_record`);
    }
    tables.set(table, await rowsOf(owner, table));
  }
  return tables;
}

async function rowsOf(owner: Pool, table: string): Promise<RawTable> {
  // A patient record's id is referred to; every other id and uid is made by the table, as it is for ingest.
  const made = table === 'patient_record' ? ['uid'] : ['id', 'uid'];
  const { rows: columns } = await owner.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> all($2) order by attnum`,
    [`hub.${table}`, made],
  );
  const names = columns.map(({ name }) => name);
  const { rows } = await owner.query<Cell[]>({
    text: `select ${names.map((name) => `${name}::text`).join(', ')} from hub.${table}`,
    rowMode: 'array',
  });
  const pageSize = 1000;
  const pages = Array.from({ length: Math.ceil(rows.length / pageSize) }, (_, page) => {
    const some = rows.slice(page * pageSize, (page + 1) * pageSize);
    return names.map((_, column) => some.map((row) => row[column] ?? null));
  });
  const insert = `insert into raw.${table} (${names.join(', ')}) select ${columns.map(({ name, type }) => `i.${name}::${type}`).join(', ')}
    from unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(', ')}) as i (${names.join(', ')})`;
  return { insert, rows: rows.length, pages };
}

/** One transaction for each page of documents, as ingest has: with its share of the typed and outbox rows. */
async function insertRaw(owner: Pool, raw: ReadonlyMap<string, RawTable>): Promise<void> {
  const waiting = [...raw]
    .filter(([table]) => table !== 'document')
    .flatMap(([, { insert, pages }]) => pages.map((page) => ({ insert, page })));
  const documents = raw.get('document');
  const transactions = documents?.pages.length ?? 0;
  const client = await owner.connect();
  for (let index = 0; index < transactions; index += 1) {
    const share = waiting.slice(
      Math.floor((index * waiting.length) / transactions),
      Math.floor(((index + 1) * waiting.length) / transactions),
    );
    await client.query('begin');
    for (const { insert, page } of [...share, { insert: documents?.insert ?? '', page: documents?.pages[index] ?? [] }]) {
      await client.query({ name: insert.slice(0, 40), text: insert, values: page.map(textArray) });
    }
    await client.query('commit');
  }
  client.release();
}

async function sameCounts(owner: Pool): Promise<void> {
  for (const table of all) {
    const { rows } = await owner.query<{ ours: string; raw: string }>(
      `select (select count(*) from hub.${table}) as ours, (select count(*) from raw.${table}) as raw`,
    );
    if (rows[0]?.ours !== rows[0]?.raw) throw new Error(`${table}: ${rows[0]?.ours} rows against ${rows[0]?.raw} raw`);
  }
}

/** Or the rules had nothing to do. */
async function someAreSensitive(owner: Pool): Promise<void> {
  const { rows } = await owner.query<{ labelled: boolean }>('select exists (select from hub.condition where own_mask <> 0) as labelled');
  if (rows[0]?.labelled !== true) throw new Error('no condition was labelled');
}
