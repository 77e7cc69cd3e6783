/** The accounting that a patient is given (45 CFR 164.528(b)): six years, repeats to one recipient for one purpose as the first
 *  with how often and the last, without what an agency has suspended. How repeats are told together is pure. */
import type { Pool } from 'pg';
import { HubError } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { appendEntries, type Told } from './audit-entry.js';
import type { DisclosureRules } from './disclosure-rules.js';

export interface DisclosureMade {
  readonly at: Date;
  readonly recipient: string;
  readonly description: string;
  readonly purpose: string;
}
export interface AccountingEntry extends DisclosureMade {
  readonly times: number;
  readonly lastAt: Date;
}
export interface Accounting {
  readonly from: Date;
  readonly to: Date;
  readonly entries: readonly AccountingEntry[];
  /** How many were left out because an agency asked for it: for the office, not for the patient. */
  readonly suspended: number;
}

/** @param made oldest first */
export function tellTogether(made: readonly DisclosureMade[]): AccountingEntry[] {
  const kinds = new Map<string, AccountingEntry>();
  for (const one of made) {
    const kind = JSON.stringify([one.recipient.toLowerCase(), one.purpose.toLowerCase()]);
    const known = kinds.get(kind);
    kinds.set(kind, known ? { ...known, times: known.times + 1, lastAt: one.at } : { ...one, times: 1, lastAt: one.at });
  }
  return [...kinds.values()];
}

/** Given out, it is audited in the same transaction. @param pool a worker's */
export function accountingFor(
  pool: Pool,
  of: { readonly personUid: string; readonly to: Date; readonly rules: DisclosureRules; readonly told: Told },
): Promise<Accounting> {
  const from = new Date(of.to);
  from.setUTCFullYear(from.getUTCFullYear() - of.rules.lookBackYears);
  return inTransaction(pool, async (client) => {
    const { rows: persons } = await client.query<{ id: string; uid: string }>(
      'select p.id::text as id, p.uid from person asked join person p on p.id = coalesce(asked.alias_of, asked.id) where asked.uid = $1',
      [of.personUid],
    );
    const [person] = persons;
    if (!person) throw new HubError('NOT_FOUND', '--patient: expected the id of a patient of this hub, found another.');
    const { rows } = await client.query<DisclosureMade & { suspended: boolean }>(
      `with records as (select l.patient_record_id as id from person_link l where l.person_id = $1 and l.assurance = 'CERTAIN')
       select d.at, d.recipient, d.description, d.purpose,
         exists (select 1 from accounting_suspension s where s.patient_record_id in (select id from records) and lower(s.recipient) = lower(d.recipient) and s.until > $3) as suspended
       from disclosure d where d.patient_record_id in (select id from records) and d.at > $2 and d.at <= $3 order by d.at, d.id`,
      [person.id, from, of.to],
    );
    const entries = tellTogether(
      rows
        .filter(({ suspended }) => !suspended)
        .map(({ at, recipient, description, purpose }) => ({ at, recipient, description, purpose })),
    );
    const about = { personUid: person.uid, caseUid: null, phiClasses: ['IDENTITY'], withheldFields: [] };
    await appendEntries(client, [{ ...of.told, action: 'EXPORT', operation: 'accounting', outcome: 'ALLOWED', ...about }]);
    return { from, to: of.to, entries, suspended: rows.length - rows.filter(({ suspended }) => !suspended).length };
  });
}
