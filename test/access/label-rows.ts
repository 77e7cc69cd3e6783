/** Rows for tests of labels, one maker a table: a single patient whose visits, diagnoses and bills name each other. */
import type { Row } from './story.js';

export const record = (source: Row['source'], codes: string[] = []): Row => ({
  table: 'patient_record',
  source,
  key: 'Patient/1',
  patient: null,
  codes,
});
export const encounter = (key: string, codes: string[] = [], columns: Row['columns'] = {}): Row => ({
  table: 'encounter',
  source: 'ehr',
  key: `Encounter/${key}`,
  patient: 'Patient/1',
  codes,
  columns,
});
export const condition = (key: string, codes: string[], visit: string | null): Row => ({
  table: 'condition',
  source: 'ehr',
  key: `Condition/${key}`,
  patient: 'Patient/1',
  codes,
  columns: { encounter_ref: visit },
});
export const claim = (
  source: Row['source'],
  key: string,
  visit: string | null,
  more: { codes?: string[]; conditions?: string[]; provider?: string } = {},
): Row => ({
  table: 'claim',
  source,
  key: `Claim/${key}`,
  patient: 'Patient/1',
  codes: more.codes ?? [],
  columns: { kind: 'OTHER', encounter_ref: visit, condition_refs: more.conditions ?? [], provider_ref: more.provider ?? null },
});
export const adjudication = (source: Row['source'], key: string, of: string, at = '2026-10-01T00:00:00Z', codes: string[] = []): Row => ({
  table: 'adjudication',
  source,
  key: `ExplanationOfBenefit/${key}`,
  patient: 'Patient/1',
  codes,
  columns: { claim_ref: `Claim/${of}`, adjudicated_at: at },
});
export const payment = (source: Row['source'], key: string, of: string): Row => ({
  table: 'payment',
  source,
  key: `PaymentNotice/${key}`,
  patient: null,
  columns: { claim_ref: `Claim/${of}` },
});
export const visitNumber = (value: string): string => `Encounter?identifier=urn:visit|${value}`;
