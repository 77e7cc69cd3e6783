/** Pieces of billing resources as payers send them, for tests to put together. */

export const hl7 = (name: string) => `http://terminology.hl7.org/CodeSystem/${name}`;
export const patient = { reference: 'Patient/zz-1' };
export const usd = (amount: string) => ({ amount, currency: 'USD' });
export const entry = (code: string, value: number, more: object = {}) => ({
  category: { coding: [{ system: hl7('adjudication'), code }] },
  amount: { value, currency: 'USD' },
  ...more,
});
export const carc = (group: string, code: string) => ({
  reason: {
    coding: [
      { system: 'https://x12.org/codes/claim-adjustment-reason-codes', code },
      { system: 'https://x12.org/codes/claim-adjustment-group-codes', code: group },
    ],
  },
});
export const denial = (group: string, code: string) => ({ category: { coding: [{ code: 'denialreason' }] }, ...carc(group, code) });
export const eob = (more: object) => ({
  resourceType: 'ExplanationOfBenefit',
  id: 'zz-e',
  status: 'active',
  use: 'claim',
  outcome: 'complete',
  patient,
  claim: { reference: 'Claim/zz-c' },
  ...more,
});
