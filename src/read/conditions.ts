/** Whether a shape's conditions hold for one object and one viewer now, in the very words in which reads decide by them; and
 *  how many of the person's rows of a table are masked. For explaining a decision: it gives truth values and counts, and
 *  nothing of what is in a row. */
import type { Pool } from 'pg';
import type { Plan } from '../access/index.js';
import type { PhiClass, Shape, ViewerRows } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { allowedIn, refusedIn, unrestrictedIn } from './denials.js';
import { Row } from './row.js';
import { Statement } from './statement.js';
import { quote } from './withheld.js';

export interface ConditionsAsked {
  readonly shape: Shape;
  readonly uid: string;
  readonly plan: Plan;
  readonly viewer: ViewerRows;
  /** A table of labelled rows that hang on the person's records. */
  readonly labelled: string | null;
  /** Of which the person's consents and restrictions are looked at; null: of none. */
  readonly phi: PhiClass | null;
}
export interface ConditionsFound {
  readonly holds: Readonly<Record<string, boolean>>;
  readonly masked: number | null;
  /** What the person's consents and agreed restrictions say of the class to this viewer; `labels`: rows with some are denied. */
  readonly agreed: { readonly consent: boolean; readonly restriction: boolean; readonly labels: boolean } | null;
}

/** @param pool the gateway's: row-level security holds. @returns null where there is no such object for this viewer */
export function lookUpConditions(pool: Pool, asked: ConditionsAsked): Promise<ConditionsFound | null> {
  const { shape, plan, uid, viewer, labelled, phi } = asked;
  const statement = new Statement();
  const row = new Row(shape, { statement, plan, parent: null });
  const holds = Object.entries({ ...shape.conditionsAlone, ...shape.conditions }).map(
    ([name, sql]) => `${quote(name)}, coalesce((${row.sql(sql)}), false)`,
  );
  const own = labelled === 'patient_record' ? 'f.id' : 'f.patient_record_id';
  const ofPerson = row.sql(`select l.patient_record_id from person_link l where l.person_id = $.id and l.assurance = 'CERTAIN'`);
  const masked =
    labelled === null
      ? 'null'
      : `(select count(*) from ${labelled} f where ${own} in (${ofPerson}) and (f.label_mask & ${plan.masked}) <> 0)::int`;
  const agreed =
    phi === null
      ? null
      : row.agreed.inline(
          (d) =>
            `json_build_object('consent', ${allowedIn(d, phi)}, 'restriction', ${unrestrictedIn(d, phi)}, 'labels', ${refusedIn(d, phi)} <> 0)`,
        );
  const where = [row.sql('$.uid = :uid'), ...(shape.where ? [row.sql(shape.where)] : [])].join(' and ');
  const text = `select json_build_object(${holds.join(', ')}) as holds, ${masked} as masked, ${agreed ?? 'null::json'} as agreed from ${shape.table} ${row.alias} where ${where}`;
  return inTransaction(pool, async (client) => {
    await client.query(`select set_config('hub.hidden', $1, true)`, [String(plan.hidden)]);
    const { rows } = await client.query<ConditionsFound>(text, statement.values({ variables: {}, viewer, given: { uid } }));
    return rows[0] ?? null;
  });
}
