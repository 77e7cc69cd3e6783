/** One batch of a source's messages becomes rows, in one transaction: documents, typed rows with their own labels, the
 *  cursor, the run's counts and the jobs that follow. Kill it anywhere: all of it is there, or nothing is.
 *  Set-based throughout: one statement a table, whatever the number of rows. What cannot be read is set aside, whole. */
import type { Pool } from 'pg';
import type { Batch, HubRecord, RecordKey, Reference } from '../records/index.js';
import { tellCasesOf } from './changes.js';
import { removeDocuments, screen, type Screened, writeDocuments } from './ingest/documents.js';
import { followUps } from './ingest/follow-up.js';
import { type Counts, openBatch, recordProgress } from './ingest/progress.js';
import { setAside, takeBack } from './ingest/set-aside.js';
import { sortMessages } from './ingest/sort-messages.js';
import { stage, type Staged } from './ingest/stage.js';
import { removeWithdrawn, withdrawn } from './ingest/withdrawn.js';
import type { Work } from './ingest/work.js';
import { writeFacts } from './ingest/write-facts.js';
import { writeNames } from './ingest/write-names.js';
import { findPatients, writePatients } from './ingest/write-patients.js';
import { writeOutbox } from './outbox.js';
import { allOf, inTransaction, sqlState } from './pool.js';

export interface IngestInput {
  readonly sourceId: number;
  readonly runId: string;
  readonly receivedAt: Date;
  readonly batch: Batch;
  /** What a record's own codes say: the bits of the sensitivity labels that apply to it. */
  readonly maskOf: (record: HubRecord) => number;
  /** Of the policy whose rules `maskOf` follows; where another is in force nothing is stored, and POLICY_CHANGED is thrown.
   *  null: not looked at. */
  readonly generation?: number | null;
}

/** Of two transactions that wait for each other Postgres ends one, and `scope` writes the same rows in another order. */
const deadlock = '40P01';
const attempts = 3;

/** The pool must be the worker role's. */
export async function ingestBatch(pool: Pool, input: IngestInput): Promise<Counts> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ingestOnce(pool, input);
    } catch (error) {
      if (attempt === attempts || sqlState(error) !== deadlock) throw error;
    }
  }
}

function ingestOnce(pool: Pool, input: IngestInput): Promise<Counts> {
  const sorted = sortMessages(input.batch.messages);
  return inTransaction(pool, async (client) => {
    const { sourceId, receivedAt } = input;
    const work: Work = { client, sourceId, receivedAt, changed: new Map(), touched: new Set() };
    const { generation, waiting } = await openBatch(work, input.generation ?? null);
    const screened = await screen(work, sorted);
    const staged = stage(screened.changed, input.maskOf);
    const gone = [...sorted.deleted].filter((key) => screened.prior.has(key));
    await removeWithdrawn(work, withdrawn({ staged, screened, gone }));
    // The documents go out first, so that Postgres writes them while the rows are still being made up here.
    const [, typedRows] = await allOf(writeDocuments(work, staged.stored), writeRows(work, staged, screened));
    await removeDocuments(work, gone);
    const rejected = [...sorted.rejected, ...staged.rejected];
    await setAside(work, rejected);
    if (waiting) await takeBack(work, staged.stored);
    await tellCasesOf(client, [...work.touched]);
    await writeOutbox(client, followUps(work.changed, generation));
    const updated = staged.stored.filter(({ key }) => screened.prior.has(key)).length;
    const counts: Counts = {
      read: input.batch.messages.length,
      created: staged.stored.length - updated,
      updated,
      unchanged: screened.unchanged + sorted.superseded + sorted.deleted.size - gone.length,
      deleted: gone.length,
      notTaken: sorted.notTaken,
      setAside: rejected.length,
      typedRows,
    };
    await recordProgress(work, input, counts);
    return counts;
  });
}

async function writeRows(work: Work, staged: Staged, { prior }: Screened): Promise<number> {
  const known = knownKeys(staged, prior);
  const patientRows = await writePatients(work, staged.patients, known);
  // Names before what happens at their places, so that it need not wait for them.
  const nameRows = await writeNames(work, staged.names);
  const patients = await findPatients(work, patientsNamed(staged));
  for (const record of [...patients.values(), ...(work.changed.get('patient_record') ?? [])]) work.touched.add(record);
  return patientRows + nameRows + (await writeFacts(work, staged.facts, { patients, known }));
}

/** Keys whose rows may be stored already. A record with a key of its own may have come with another document. */
function knownKeys({ stored }: Staged, prior: Screened['prior']): ReadonlySet<RecordKey> {
  const ofStored = stored.flatMap(({ key, records }) => records.filter((record) => prior.has(key) || record.key !== key));
  return new Set(ofStored.map((record) => record.key));
}

function patientsNamed({ facts }: Staged): ReadonlySet<Reference> {
  const rows = [...facts.values()].flatMap((byKey) => [...byKey.values()].flat());
  return new Set(rows.flatMap(({ patient }) => (patient === null ? [] : [patient])));
}
