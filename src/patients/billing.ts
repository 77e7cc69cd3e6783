/** What is billed, decided, paid and owed. Amounts are exact decimals as the source wrote them. `paid`, `allowed` and
 *  `patientOwes` come from the adjudication that holds now; a pharmacy claim has none, and is not lost. */
import { coding, column, date, id, instant, many, money, one, shape } from '../kernel/index.js';
import { onRecord } from './on-record.js';
import { provenance, sourceJoin } from './provenance.js';

export const coverageShape = shape('Coverage', {
  table: 'coverage',
  tag: 'cov',
  ...onRecord('COVERAGE'),
  labelled: { keeps: ['id', 'start', 'provenance'] },
  joins: { source: sourceJoin },
  fields: {
    id: id('cov'),
    payor: column('coalesce($.payor, (select n.name from source_name n where n.source_id = $.source_id and n.ref = $.payor_ref))', {
      phi: 'COVERAGE',
    }),
    type: coding('type', { phi: 'COVERAGE' }),
    memberId: column('member_id', { phi: 'COVERAGE' }),
    start: date('start_on', { phi: 'COVERAGE' }),
    end: date('end_on', { phi: 'COVERAGE' }),
    provenance,
  },
});

/** A number may come from another system, or have been used twice: what is named by it is of this person, by a record that certainly
 *  is theirs, or it is not shown. */
const ofSamePerson = `exists (select 1 from person_link mine join person_link theirs using (person_id)
  where mine.patient_record_id = ^.patient_record_id and theirs.patient_record_id = $.patient_record_id and theirs.assurance = 'CERTAIN')`;
/** The payer answers the claim under the patient for whom it was sent. */
const ofSamePatient = (j: string): string => `${j}.id = $.adjudication_id and ${j}.patient_record_id = $.patient_record_id`;

/** What the payer decided may be masked where the claim itself is not. */
const decidedIsMasked = '($@decided.label_mask & :masked) <> 0';
const decision = { phi: 'BILLING', spoiltBy: decidedIsMasked, refusedBy: '($@decided.label_mask & :refused_BILLING) <> 0' } as const;

export const claimShape = shape('Claim', {
  table: 'claim',
  tag: 'clm',
  ...onRecord('BILLING'),
  labelled: { keeps: ['id', 'kind', 'servicedFrom', 'provenance'] },
  joins: { source: sourceJoin, decided: { from: `adjudication j where ${ofSamePatient('j')}` } },
  timeline: {
    kind: 'CLAIM',
    at: `$.serviced_from::timestamp at time zone 'UTC'`,
    title: `initcap($.kind) || ' claim'`,
    detail: `(select case when a.denied then 'denied' else 'decided' end from adjudication a where ${ofSamePatient('a')} and (a.label_mask & :blind) = 0)`,
  },
  fields: {
    id: id('clm'),
    kind: column('kind'),
    status: column('status', { phi: 'BILLING' }),
    type: coding('type', { phi: 'BILLING' }),
    servicedFrom: date('serviced_from', { phi: 'BILLING' }),
    servicedTo: date('serviced_to', { phi: 'BILLING' }),
    encounter: one('Encounter', { on: `$.id = ^.encounter_id and ${ofSamePerson}`, phi: 'CLINICAL' }),
    insurer: column(
      'coalesce($.insurer, case when ($@decided.label_mask & :blind) = 0 then $@decided.insurer end, (select n.name from source_name n where n.source_id = $.source_id and n.ref = $.insurer_ref))',
      {
        phi: 'BILLING',
      },
    ),
    billed: money('$.billed_amount', '$.billed_currency', { phi: 'BILLING' }),
    allowed: money('$@decided.allowed_amount', '$@decided.currency', decision),
    paid: money('$@decided.paid_amount', '$@decided.currency', decision),
    patientOwes: money('$@decided.owes_amount', '$@decided.currency', decision),
    denied: column('$@decided.denied', decision),
    denialCodes: many('Coding', {
      from: '(select c.* from jsonb_to_recordset(^@decided.denial_codes) c(system text, code text, display text))',
      on: 'true',
      ...decision,
    }),
    adjudicatedAt: instant('$@decided.adjudicated_at', decision),
    payments: many('Payment', { on: `$.claim_id = ^.id and ${ofSamePerson}`, order: '$.paid_on, $.uid', phi: 'BILLING' }),
    labels: column(':labels', { phi: 'CLINICAL' }),
    provenance,
  },
});

/** A masked claim shows none of its payments; the line of time tells of those that are not masked themselves. */
const unlessItsClaimIsMasked = `($.label_mask & :masked) = 0 or exists (select 1 from claim c where c.id = $.claim_id and (c.label_mask & :masked) = 0)`;

export const paymentShape = shape('Payment', {
  table: 'payment',
  tag: 'pay',
  ...onRecord('BILLING', unlessItsClaimIsMasked),
  labelled: { keeps: ['id', 'at', 'provenance'] },
  joins: { source: sourceJoin },
  timeline: {
    kind: 'PAYMENT',
    at: `$.paid_on::timestamp at time zone 'UTC'`,
    title: `'Payment'`,
    detail: `concat_ws(' ', $.payer, $.amount::text, $.currency)`,
  },
  fields: {
    id: id('pay'),
    at: date('paid_on', { phi: 'BILLING' }),
    amount: money('$.amount', '$.currency', { phi: 'BILLING' }),
    payer: column('payer', { phi: 'BILLING' }),
    provenance,
  },
});
