/** Rows that carry labels, for a person of the story: in every table of facts two that are masked and four that must not
 *  exist for anybody. Their words carry a mark each, so that a test can look for the mark in all that leaves the hub. */
import pg from 'pg';

export const maskedMark = 'Zz-MASKED';
export const hiddenMark = 'Zz-HIDDEN';

const bit = (n: number): number => 1 << n;
/** HL7 v3-ActCode labels, by the bits of support/gateway.ts; and rows of which nothing is known yet. */
const treatments: readonly { readonly label: string; readonly mask: number | null; readonly mark: string; readonly day: number }[] = [
  { label: 'mh', mask: bit(2), mark: maskedMark, day: 11 },
  { label: 'hiv', mask: bit(5), mark: maskedMark, day: 12 },
  { label: 'part2', mask: bit(0) | bit(1), mark: hiddenMark, day: 13 },
  { label: 'psythpn', mask: bit(4) | bit(2), mark: hiddenMark, day: 14 },
  { label: 'pending', mask: bit(30), mark: hiddenMark, day: 15 },
  { label: 'unlabelled', mask: null, mark: hiddenMark, day: 16 },
];

export interface LabelledRowsOf {
  /** Patient record on which the facts hang, and the source that told them. */
  readonly recordRow: string;
  readonly source: string;
}

/** Tables of facts whose rows a viewer may meet on their own. */
export const factTables = [
  'encounter',
  'appointment',
  'condition',
  'care_team_member',
  'coverage',
  'claim',
  'adjudication',
  'payment',
  'account',
] as const;

export async function addLabelledRows(ownerUrl: string, of: LabelledRowsOf): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, options: '-c search_path=hub' });
  await client.connect();
  try {
    const source = (await client.query<{ id: number }>('select id from source where name = $1', [of.source])).rows[0]?.id;
    for (const { label, mask, mark, day } of treatments) {
      const at = `2026-09-${day}T09:00:00Z`;
      const insert = async (table: string, columns: Record<string, unknown>): Promise<string> => {
        const row = {
          source_id: source,
          source_key: `${table}/${label}`,
          patient_record_id: of.recordRow,
          ingested_at: at,
          own_mask: mask,
          label_mask: mask,
          ...columns,
        };
        const names = Object.keys(row);
        const sql = `insert into ${table} (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning id`;
        return String((await client.query<{ id: string }>(sql, Object.values(row))).rows[0]?.id);
      };
      await insert('encounter', {
        status: mark,
        class: mark,
        type_code: mark,
        type_display: mark,
        reason_code: mark,
        reason_display: mark,
        start_at: at,
        end_at: at,
      });
      await insert('appointment', {
        status: mark,
        start_at: at,
        service_code: mark,
        service_display: mark,
        reason_code: mark,
        reason_display: mark,
        cancellation_reason: mark,
      });
      await insert('condition', { code_system: mark, code: mark, code_display: mark, clinical_status: 'active', onset_at: at });
      await insert('care_team_member', { position: 1, name: mark, role: mark });
      await insert('coverage', { payor: mark, type_code: mark, type_display: mark, member_id: mark, start_on: at.slice(0, 10) });
      const claim = await insert('claim', {
        kind: 'PROFESSIONAL',
        status: mark,
        serviced_from: at.slice(0, 10),
        insurer: mark,
        billed_amount: '77.77',
        billed_currency: 'USD',
      });
      const decided = await insert('adjudication', {
        claim_ref: `claim/${label}`,
        claim_id: claim,
        allowed_amount: '66.66',
        paid_amount: '55.55',
        owes_amount: '44.44',
        currency: 'USD',
        insurer: mark,
      });
      await client.query('update claim set adjudication_id = $1 where id = $2', [decided, claim]);
      await insert('payment', {
        claim_ref: `claim/${label}`,
        claim_id: claim,
        paid_on: at.slice(0, 10),
        amount: '55.55',
        currency: 'USD',
        payer: mark,
      });
      await insert('account', { status: mark, balance_amount: '33.33', currency: 'USD' });
    }
  } finally {
    await client.end();
  }
}
