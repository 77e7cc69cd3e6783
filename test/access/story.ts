/** A small world of two sources for tests of labels: rows put straight into the tables as ingest leaves them, that is with
 *  their own mask, PENDING where they inherit, and an outbox row for whoever works out the rest. */
import type { Pool } from 'pg';
import type { RowId } from '../../src/kernel/index.js';
import type { LabelRules } from '../../src/access/label-rules.js';
import { PENDING } from '../../src/store/index.js';

export type Row = {
  readonly table: string;
  readonly source: 'ehr' | 'billing';
  readonly key: string;
  readonly patient: string | null;
  readonly codes?: readonly string[];
  readonly columns?: Readonly<Record<string, unknown>>;
};

export const icd = (code: string): string => `http://hl7.org/fhir/sid/icd-10-cm|${code}`;
export const security = (code: string): string => `http://terminology.hl7.org/CodeSystem/v3-ActCode|${code}`;

const inheriting = new Set(['coverage', 'claim', 'adjudication', 'payment']);

/** Upserts the row by source and key. */
export async function arrive(pool: Pool, sources: Record<string, number>, rules: LabelRules, row: Row): Promise<void> {
  const own = rules.maskOf(row.codes ?? []);
  const isRecord = row.table === 'patient_record';
  const patient = row.patient === null || isRecord ? null : await recordId(pool, sources[row.source] as number, row.patient);
  const columns: Record<string, unknown> = {
    source_id: sources[row.source],
    source_key: row.key,
    ingested_at: '2026-11-20T12:00:00Z',
    label_codes: row.codes ?? [],
    own_mask: own,
    label_mask: inheriting.has(row.table) || row.columns?.['encounter_ref'] ? own | PENDING : own,
    ...(isRecord ? { stub: false } : { patient_record_id: patient }),
    ...row.columns,
  };
  const names = Object.keys(columns);
  const { rows } = await pool.query<{ id: RowId }>(
    `insert into ${row.table} (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')})
     on conflict (source_id, source_key) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')} returning id`,
    Object.values(columns),
  );
  const id = rows[0]?.id;
  await pool.query("insert into outbox (job, payload) values ('labelRange', $1)", [
    { table: row.table, fromId: id, toId: id, generation: 0 },
  ]);
}

/** A fact may name a record before it has come. */
async function recordId(pool: Pool, source: number, key: string): Promise<RowId> {
  const { rows } = await pool.query<{ id: RowId }>(
    `insert into patient_record (source_id, source_key, ingested_at, stub) values ($1, $2, '2026-11-20T12:00:00Z', true) on conflict (source_id, source_key) do update set source_key = excluded.source_key returning id`,
    [source, key],
  );
  return rows[0]?.id as RowId;
}

/** Every label by `table source key`, PENDING as such, and what the rows resolved to. */
export async function labelsNow(pool: Pool, rules: LabelRules): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of ['patient_record', 'encounter', 'condition', 'appointment', 'coverage', 'claim', 'adjudication', 'payment']) {
    const extra =
      table === 'claim'
        ? "coalesce((select source_key from encounter e where e.id = t.encounter_id), '-') || ' ' || coalesce((select source_key from adjudication a where a.id = t.adjudication_id), '-')"
        : "''";
    const { rows } = await pool.query<{ key: string; mask: number | null; extra: string }>(
      `select s.name || ' ' || t.source_key as key, t.label_mask as mask, ${extra} as extra from ${table} t join source s on s.id = t.source_id order by 1`,
    );
    for (const { key, mask, extra: resolved } of rows) {
      const names =
        mask === null
          ? ['unlabelled']
          : [...(mask & PENDING ? ['PENDING'] : []), ...rules.labels.filter(({ bit }) => mask & (1 << bit)).map(({ name }) => name)].sort();
      found[`${table} ${key}`] = [names.join(' '), resolved].filter(Boolean).join(' | ');
    }
  }
  return found;
}
