/** Patient records put straight into the tables, for tests of linking: what ingest would have written, no more. */
import type { Pool } from 'pg';
import type { RowId } from '../../src/kernel/index.js';
import type { Carrier, RecordToLink } from '../../src/identity/partition.js';
import { inTransaction, openPool } from '../../src/store/index.js';

/** A pool that may do what a worker may, no more. */
export function workerPool(url: string): Pool {
  const asWorker = new URL(url);
  asWorker.searchParams.set('options', '-c role=hub_worker -c search_path=hub -c timezone=UTC');
  return openPool(asWorker.href, { max: 4, name: 'test' });
}

export interface Person {
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: string | null;
  readonly identifiers: readonly Carrier[];
}

export async function addSource(pool: Pool, name: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("insert into source (name, kind) values ($1, 'fhir') returning id", [name]);
  return rows[0]?.id ?? 0;
}

export function putRecord(pool: Pool, key: { source: number; key: string }, person: Person): Promise<RowId> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: RowId }>(
      `insert into patient_record (source_id, source_key, ingested_at, family, given, birth_date, own_mask, label_mask) values ($1, $2, now(), $3, $4, $5, 0, 0)
       on conflict (source_id, source_key) do update set family = excluded.family, given = excluded.given, birth_date = excluded.birth_date returning id`,
      [key.source, key.key, person.family, person.given, person.birthDate],
    );
    const id = rows[0]?.id as RowId;
    await client.query('delete from patient_identifier where patient_record_id = $1', [id]);
    for (const { system, value, type } of person.identifiers) {
      await client.query('insert into patient_identifier (patient_record_id, system, value, type) values ($1, $2, $3, $4)', [
        id,
        system,
        value,
        type,
      ]);
    }
    return id;
  });
}

export async function readRecords(pool: Pool): Promise<RecordToLink[]> {
  const { rows } = await pool.query<RecordToLink>(
    `select r.id, family, given, birth_date::text as "birthDate", coalesce(json_agg(json_build_object('system', system, 'value', value, 'type', type)) filter (where system is not null), '[]') as identifiers
       from patient_record r left join patient_identifier i on i.patient_record_id = r.id group by r.id order by r.id`,
  );
  return rows;
}

/** Who is with whom, by source key, sorted. */
export async function partitionNow(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ together: string }>(
    `select string_agg(r.source_key, '+' order by r.source_key) as together from person_link l join patient_record r on r.id = l.patient_record_id group by l.person_id order by 1`,
  );
  return rows.map(({ together }) => together);
}
