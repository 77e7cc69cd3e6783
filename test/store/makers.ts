/** Synthetic records and messages for tests of the store: whole records with nothing in them, to be filled where it matters. */
import type { HubRecord, Mapped, Message, RecordKind, RecordOf } from '../../src/records/index.js';

type Empty = { readonly [K in RecordKind]: Omit<RecordOf<K>, 'key' | 'kind' | 'sourceUpdatedAt' | 'labelCodes'> };

const patient = 'Patient/1';

const empty: Empty = {
  patient: {
    name: 'Zz-Ada Zz-Byron',
    family: 'Zz-Byron',
    given: 'Zz-Ada',
    birthDate: '1985-12-10',
    deceasedAt: null,
    sex: 'female',
    language: 'en',
    interpreterNeeded: false,
    identifiers: [{ system: 'urn:mrn', value: 'M-1', type: 'MR' }],
    contactPoints: [{ kind: 'phone', value: '+1 (555) 010-1234', use: 'home', confidential: false }],
    address: null,
    preferences: [],
    alerts: [],
  },
  encounter: {
    patient,
    identifiers: [],
    status: 'finished',
    class: 'AMB',
    virtual: false,
    type: { system: 'urn:type', code: 'T', display: 'Visit' },
    reason: null,
    start: '2026-03-01T10:00:00Z',
    end: null,
    location: null,
    organization: null,
    practitioners: [],
  },
  appointment: {
    patient,
    status: 'booked',
    start: '2026-04-01T09:00:00Z',
    end: null,
    minutes: 30,
    bookedAt: null,
    virtual: false,
    serviceType: null,
    reason: null,
    location: null,
    organization: null,
    practitioners: [],
    cancellationReason: null,
  },
  condition: {
    patient,
    encounter: null,
    code: { system: 'urn:dx', code: 'D', display: null },
    clinicalStatus: 'active',
    onset: null,
    abatement: null,
  },
  careTeam: { patient, members: [] },
  coverage: { patient, payor: 'Zz-Payor', payorOrganization: null, type: null, memberId: null, start: null, end: null },
  claim: {
    patient,
    claimKind: 'INSTITUTIONAL',
    status: 'active',
    type: null,
    servicedFrom: '2026-03-01',
    servicedTo: null,
    encounter: null,
    provider: null,
    facility: null,
    insurer: null,
    insurerOrganization: null,
    billed: { amount: '129.16', currency: 'USD' },
    conditions: [],
  },
  adjudication: {
    patient,
    claim: 'Claim/1',
    provider: null,
    facility: null,
    adjudicatedAt: '2026-03-20T00:00:00Z',
    allowed: null,
    paid: null,
    patientOwes: null,
    denied: false,
    denialCodes: [],
    insurer: null,
    conditions: [],
  },
  payment: { patient: null, claim: 'Claim/1', at: '2026-03-25', amount: { amount: '10.00', currency: 'USD' }, payer: null },
  account: { patient, status: 'active', balance: { amount: '0', currency: 'USD' } },
  consent: { patient, status: 'active', scope: 'patient-privacy', consentedAt: null, provisions: [] },
  named: { namedKind: 'location', name: 'Zz-Ward', aliases: [] },
};

type Given<K extends RecordKind> = Partial<RecordOf<K>>;

export function record<K extends RecordKind>(kind: K, key: string, given: Given<K> = {}): RecordOf<K> {
  const made = { key, kind, sourceUpdatedAt: null, labelCodes: [], ...empty[kind], ...given };
  if (isOf(made, kind)) return made;
  throw new TypeError(kind);
}

const isOf = <K extends RecordKind>(made: { kind: RecordKind }, kind: K): made is RecordOf<K> => made.kind === kind;

/** A message as a format would make it; its raw text follows from what it says. */
export function mapped(...records: readonly [HubRecord, ...HubRecord[]]): Mapped {
  return { outcome: 'mapped', key: records[0].key, raw: JSON.stringify(records), records };
}

/** A message of one record. */
export const says = <K extends RecordKind>(kind: K, key: string, given: Given<K> = {}): Mapped => mapped(record(kind, key, given));

export const at = (day: number): string => `2026-05-${String(day).padStart(2, '0')}T00:00:00.000Z`;

export const deleted = (key: string): Message => ({ outcome: 'deleted', key });
export const rejected = (raw: string): Message => ({ outcome: 'rejected', code: 'NOT_JSON', reason: 'expected JSON', raw });
