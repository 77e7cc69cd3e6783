/** Coverages, claims, what the payer decided, payments and accounts: which column a record's value goes to. All but the
 *  account inherit labels from what they are about, so they wait for `scope` before anyone sees them. */
import type { AdjudicationRecord, ClaimRecord, CoverageRecord } from '../../records/index.js';
import { amount, coding, day, instant, json, ref, refs, text, whileSame, yesNo } from './columns.js';
import { fact } from './fact.js';

type Coverage = CoverageRecord;
type Claim = ClaimRecord;
type Adjudication = AdjudicationRecord;

export const coverages = fact('coverage', {
  table: 'coverage',
  patient: (record) => record.patient,
  labels: 'others',
  columns: {
    payor: text((record) => record.payor),
    payor_ref: ref((record) => record.payorOrganization),
    ...coding<Coverage, 'type'>('type', (record) => record.type),
    member_id: text((record) => record.memberId),
    start_on: day('start', (record) => record.start),
    end_on: day('end', (record) => record.end),
  },
});

export const claims = fact('claim', {
  table: 'claim',
  patient: (record) => record.patient,
  labels: 'others',
  columns: {
    kind: text((record) => record.claimKind),
    status: text((record) => record.status),
    ...coding<Claim, 'type'>('type', (record) => record.type),
    serviced_from: day('servicedFrom', (record) => record.servicedFrom),
    serviced_to: day('servicedTo', (record) => record.servicedTo),
    encounter_ref: ref((record) => record.encounter),
    provider_ref: ref((record) => record.provider),
    facility_ref: ref((record) => record.facility),
    insurer: text((record) => record.insurer),
    insurer_ref: ref((record) => record.insurerOrganization),
    billed_amount: amount('billed', (record) => record.billed),
    billed_currency: text((record) => record.billed?.currency ?? null),
    condition_refs: refs((record) => record.conditions),
  },
  onUpdate: whileSame('encounter_id', 'encounter_ref'),
});

/** One currency for the three amounts of a decision: the first that is named. */
const currency = ({ allowed, paid, patientOwes }: Adjudication) => (allowed ?? paid ?? patientOwes)?.currency ?? null;

export const adjudications = fact('adjudication', {
  table: 'adjudication',
  patient: (record) => record.patient,
  labels: 'others',
  columns: {
    claim_ref: ref((record) => record.claim),
    provider_ref: ref((record) => record.provider),
    facility_ref: ref((record) => record.facility),
    adjudicated_at: instant('adjudicatedAt', (record) => record.adjudicatedAt),
    allowed_amount: amount('allowed', (record) => record.allowed),
    paid_amount: amount('paid', (record) => record.paid),
    owes_amount: amount('patientOwes', (record) => record.patientOwes),
    currency: text(currency),
    denied: yesNo((record) => record.denied),
    denial_codes: json((record) => record.denialCodes),
    insurer: text((record) => record.insurer),
    condition_refs: refs((record) => record.conditions),
  },
  onUpdate: whileSame('claim_id', 'claim_ref'),
});

export const payments = fact('payment', {
  table: 'payment',
  patient: (record) => record.patient,
  labels: 'others',
  columns: {
    claim_ref: ref((record) => record.claim),
    paid_on: day('at', (record) => record.at),
    amount: amount('amount', (record) => record.amount),
    currency: text((record) => record.amount?.currency ?? null),
    payer: text((record) => record.payer),
  },
  onUpdate: {
    ...whileSame('claim_id', 'claim_ref'),
    // Where the source names no patient, the one that `scope` found through the claim holds as long as the claim does.
    patient_record_id:
      'coalesce(excluded.patient_record_id, case when t.claim_ref is not distinct from excluded.claim_ref then t.patient_record_id end)',
  },
});

export const accounts = fact('account', {
  table: 'account',
  patient: (record) => record.patient,
  labels: 'own',
  columns: {
    status: text((record) => record.status),
    balance_amount: amount('balance', (record) => record.balance),
    currency: text((record) => record.balance?.currency ?? null),
  },
});
