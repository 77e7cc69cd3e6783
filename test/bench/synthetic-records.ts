/** Messages as a FHIR source of a given size sends them, page by page and type by type, for the ingest bench. */
import type { HubRecord, Mapped } from '../../src/records/index.js';
import { record } from '../store/makers.js';

const perPatient = {
  encounter: 8,
  condition: 3,
  appointment: 4,
  claim: 8,
  adjudication: 8,
  coverage: 1,
  payment: 2,
  account: 1,
  careTeam: 1,
};
const pageSize = 1000;

export function syntheticPages(patients: number): Mapped[][] {
  const numbers = Array.from({ length: patients }, (_, index) => index);
  const kinds = Object.keys(makers) as (keyof typeof makers)[];
  const each = (kind: keyof typeof makers): HubRecord[] =>
    numbers.flatMap((n) => Array.from({ length: kind === 'patient' ? 1 : perPatient[kind] }, (_, index) => makers[kind](n, index)));
  return kinds.flatMap((kind) => pagesOf(each(kind).map(messageOf)));
}

const pagesOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / pageSize) }, (_, page) => all.slice(page * pageSize, (page + 1) * pageSize));

/** About as much text as a resource has. */
function messageOf(of: HubRecord): Mapped {
  const narrative = { status: 'generated', div: `<div>${of.key} ${'Zz-narrative '.repeat(20)}</div>` };
  return {
    outcome: 'mapped',
    key: of.key,
    raw: JSON.stringify({ resourceType: of.kind, meta: { profile: ['urn:profile'] }, text: narrative, ...of }),
    records: [of],
  };
}

const sourceUpdatedAt = '2026-05-01T00:00:00.000Z';
const icd10 = 'http://hl7.org/fhir/sid/icd-10-cm';
const cpt = 'http://www.ama-assn.org/go/cpt';
const snomed = 'http://snomed.info/sct';
/** What hospitals see most, and about one in six that the shipped rules call sensitive: drink and drugs, mental health, HIV. */
const diagnoses: readonly string[] = [
  ...['I10', 'E11.9', 'E78.5', 'J45.909', 'K21.9', 'M54.50', 'N39.0', 'R07.9', 'J18.9', 'I25.10', 'I48.91', 'I50.9', 'N18.30'],
  ...['E03.9', 'G47.33', 'M17.11', 'J44.1', 'A41.9', 'R10.9', 'S72.001A', 'O80', 'Z23', 'Z00.00', 'Z79.4', 'E66.01', 'D64.9'],
  ...[
    'K57.30',
    'H25.13',
    'L03.115',
    'C50.911',
    'F17.210',
    'G20.A1',
    'M81.0',
    'N40.1',
    'R51.9',
    'Z12.31',
    'I63.9',
    'E87.6',
    'R55',
    'Z96.651',
  ],
  ...['F10.20', 'F11.20', 'F32.9', 'F41.1', 'F43.10', 'F20.9', 'B20', 'Z21'],
];
const findings: readonly string[] = ['59621000', '44054006', '195967001', '185349003', '35489007', '66590003'];
const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? '';
const coding = (n: number) => ({ system: icd10, code: pick(diagnoses, n), display: `Zz-Code ${n % diagnoses.length}` });
const dollars = (n: number) => ({ amount: `${(n * 37) % 5000}.${String(n % 100).padStart(2, '0')}`, currency: 'USD' });
const dayOf = (n: number) => new Date(Date.UTC(2020, 0, 1 + (n % 2000)));
const instantOf = (n: number) => dayOf(n).toISOString();
const dateOf = (n: number) => instantOf(n).slice(0, 10);
/** A diagnosis in two systems, and what was billed for it: as many codes as a visit or a claim has for the rules to look at. */
const common = (n: number) => ({
  sourceUpdatedAt,
  labelCodes: [
    `${icd10}|${pick(diagnoses, n)}`,
    `${icd10}|${pick(diagnoses, n * 7 + 3)}`,
    `${snomed}|${pick(findings, n)}`,
    `${cpt}|${99_202 + (n % 300)}`,
  ],
});
const where = (n: number) => ({
  location: `Location/${n % 40}`,
  organization: `Organization/${n % 10}`,
  practitioners: [`Practitioner/${n % 200}`],
});

const makers = {
  patient: (n: number) =>
    record('patient', `Patient/${n}`, {
      ...common(n),
      name: `Zz-Given${n} Zz-Family${n % 700}`,
      family: `Zz-Family${n % 700}`,
      given: `Zz-Given${n}`,
      birthDate: dateOf(n),
      identifiers: ['mrn', 'member'].map((kind) => ({ system: `urn:${kind}`, value: `${kind}-${n}`, type: 'MR' })),
      contactPoints: [{ kind: 'phone', value: `555-010-${String(n % 10_000).padStart(4, '0')}`, use: 'home', confidential: false }],
    }),
  encounter: (n: number, at: number) =>
    record('encounter', `Encounter/${n}-${at}`, {
      ...common(n + at),
      ...where(n),
      patient: `Patient/${n}`,
      identifiers: [{ system: 'urn:visit', value: `V${n}-${at}`, type: 'VN' }],
      type: coding(n + at),
      reason: coding(at),
      start: instantOf(n * 8 + at),
      end: instantOf(n * 8 + at + 1),
    }),
  condition: (n: number, at: number) =>
    record('condition', `Condition/${n}-${at}`, {
      ...common(n + at),
      patient: `Patient/${n}`,
      encounter: `Encounter/${n}-${at}`,
      code: coding(n * 3 + at),
      onset: instantOf(n + at),
    }),
  appointment: (n: number, at: number) =>
    record('appointment', `Appointment/${n}-${at}`, {
      ...common(n),
      ...where(n),
      patient: `Patient/${n}`,
      serviceType: coding(at),
      start: instantOf(n + at),
      end: instantOf(n + at),
    }),
  claim: (n: number, at: number) =>
    record('claim', `Claim/${n}-${at}`, {
      ...common(n),
      patient: `Patient/${n}`,
      type: coding(at),
      servicedFrom: dateOf(n + at),
      servicedTo: dateOf(n + at + 1),
      encounter: `Encounter/${n}-${at}`,
      insurer: 'Zz-Insurer',
      billed: dollars(n + at),
      conditions: [`Condition/${n}-${at % 3}`],
    }),
  adjudication: (n: number, at: number) =>
    record('adjudication', `ExplanationOfBenefit/${n}-${at}`, {
      ...common(n),
      patient: `Patient/${n}`,
      claim: `Claim/${n}-${at}`,
      allowed: dollars(n + at),
      paid: dollars(n),
      patientOwes: dollars(at),
      denialCodes: at === 0 ? [coding(n)] : [],
      insurer: 'Zz-Insurer',
    }),
  coverage: (n: number) =>
    record('coverage', `Coverage/${n}`, {
      ...common(n),
      patient: `Patient/${n}`,
      type: coding(n),
      memberId: `member-${n}`,
      start: dateOf(n),
      end: dateOf(n + 365),
    }),
  payment: (n: number, at: number) =>
    record('payment', `PaymentNotice/${n}-${at}`, { ...common(n), patient: `Patient/${n}`, claim: `Claim/${n}-${at}`, amount: dollars(n) }),
  account: (n: number) => record('account', `Account/${n}`, { ...common(n), patient: `Patient/${n}`, balance: dollars(n) }),
  careTeam: (n: number) =>
    record('careTeam', `CareTeam/${n}`, {
      ...common(n),
      patient: `Patient/${n}`,
      members: [0, 1, 2].map((at) => ({ member: `Practitioner/${(n + at) % 200}`, name: null, role: `Zz-Role ${at}`, organization: null })),
    }),
};
