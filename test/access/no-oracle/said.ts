/** What each type says of itself, a field of each class at least: how it is asked, and what a viewer is told, the word itself or
 *  the rule that withholds it. Expected words follow from the row's number; nothing is read back from the hub. */
import { amount, word } from './canaries.js';
import type { Reference, Viewer } from './reference.js';
import { isHidden, isMasked, withheldBy, type Phi } from './rules.js';
import type { Claim, Fact, PatientRecord, Person } from './world.js';

/** By field: the word, the rule that withholds it, or `nothing`. */
export type Told = Readonly<Record<string, string>>;
export const masked = 'sensitivity.masked';
export const nothing = 'nothing';

/** Selections by type; a field is answered as `Type_field`, because in one document types must not differ in it. */
const fields = {
  Patient: { name: '', address: '', language: '', identifiers: '{ value }', alerts: '', balance: '{ amount }', patientResponsibility: '{ amount }' },
  PatientRecord: { name: '', address: '', evidence: '', identifiers: '{ value }', assurance: '', provenance: '{ sourceRecordId }' },
  Encounter: { status: '', reason: '{ display }', start: '' },
  Appointment: { status: '', serviceType: '{ display }', reason: '{ display }', cancellationReason: '', start: '' },
  Condition: { code: '{ display }', onset: '' },
  Coverage: { payor: '', memberId: '', start: '' },
  Claim: { insurer: '', billed: '{ amount }', allowed: '{ amount }', patientOwes: '{ amount }', denialCodes: '{ display }', encounter: '{ id }', payments: '{ id }', servicedFrom: '' },
  Payment: { payer: '', amount: '{ amount }' },
  TimelineEntry: { title: '', detail: '', subject: '{ ... on Node { id } }' },
  Case: { number: '', summary: '', narrative: '', classification: '', receivedAt: '', complainant: '{ name contactPoints { value } }', patient: '{ id }' },
  Interaction: { note: '', with: '' },
  Issue: { subcategory: '', stage: '' },
  Deadline: { rule: '' },
  Reminder: { reason: '' },
  AccessGrant: { reason: '', patient: '{ id }' },
} as const satisfies Record<string, Record<string, string>>; // prettier-ignore
export type Type = keyof typeof fields;
const ungoverned: readonly Type[] = ['Issue', 'Deadline'];

export const selectionOf = (type: Type): string =>
  `__typename id ${ungoverned.includes(type) ? '' : 'withheld { field rule }'} ${Object.entries(fields[type])
    .map(([name, select]) => `${type}_${name}: ${name} ${select}`)
    .join(' ')}`;

/** What an answer told of one object. A value object is its words, in order. */
export function toldIn(object: Readonly<Record<string, unknown>>): Told {
  const type = String(object['__typename']) as Type;
  const withheld = new Map((object['withheld'] as { field: string; rule: string }[] | undefined)?.map(({ field, rule }) => [field, rule]));
  return Object.fromEntries(
    Object.keys(fields[type]).map((name) => {
      const value = object[`${type}_${name}`];
      const rule = withheld.get(name) ?? withheld.get(`${name}.sourceRecordId`);
      const words = wordsIn(value).toSorted().join(' ');
      return [name, rule === undefined ? words || nothing : words ? `${words} although ${rule}` : rule];
    }),
  );
}
function wordsIn(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.entries(value).flatMap(([key, part]) => (key === '__typename' ? [] : wordsIn(part)));
}

/** A word, unless a rule withholds it or its row is masked. */
export const unless = (rule: string | null, isBlind: boolean, said: string | null): string =>
  rule ?? (isBlind ? masked : (said ?? nothing));
export const all = (words: readonly string[]): string => words.toSorted().join(' ');

export function ofPatient(reference: Reference, viewer: Viewer, person: Person): Told {
  const speaking = reference.speakingRecordsOf(person);
  const onlyMasked = speaking.length === 0 && reference.certainRecordsOf(person).length > 0;
  const rule = (phi: Phi): string | null => reference.ofPerson(viewer, phi, person);
  const tell = (phi: Phi, said: string | null): string => unless(rule(phi), onlyMasked, said);
  const first = speaking[0];
  const of = (kind: Fact['kind']): Fact[] =>
    reference.world.facts.filter((fact) => fact.kind === kind && !isHidden(fact.labels) && reference.personOf(fact.record) === person);
  const sum = (amounts: readonly string[]): string | null =>
    amounts.length === 0 ? null : `${(amounts.reduce((cents, one) => cents + Math.round(Number(one) * 100), 0) / 100).toFixed(2)} USD`.replace(/ USD$/, ''); // prettier-ignore
  const accounts = of('Account');
  const decided = (of('Claim') as Claim[]).filter(({ decided: labels, decidedFor, record }) => !isHidden(labels) && decidedFor === record);
  return {
    name: tell('IDENTITY', first ? `${word(first.n, 'name')} ${first.family}` : null),
    address: tell('CONTACT', first ? word(first.n, 'address') : null),
    language: tell('DEMOGRAPHIC', first ? word(first.n, 'language') : null),
    identifiers: tell('DEMOGRAPHIC', all(speaking.map(({ n }) => word(n, 'identifier'))) || null),
    alerts: tell('CLINICAL', all(speaking.map(({ n }) => word(n, 'alert'))) || null),
    balance: unless(rule('BILLING'), accounts.some(({ labels, record }) => isMasked(labels) || isMasked(record.labels)), sum(accounts.map(({ n }) => amount(n, 'balance')))),
    patientResponsibility: unless(rule('BILLING'), decided.some((claim) => isMasked(claim.labels) || isMasked(claim.decided)), sum(decided.map(({ n }) => amount(n, 'owes')))),
  }; // prettier-ignore
}

export function ofRecord(reference: Reference, viewer: Viewer, record: PatientRecord): Told {
  const { n, family, labels, certain } = record;
  const tell = (phi: Phi, said: string): string =>
    unless(withheldBy(viewer, phi, reference.toRecord(viewer, record)), isMasked(labels), said);
  return {
    name: tell('IDENTITY', `${word(n, 'name')} ${family}`),
    address: tell('CONTACT', word(n, 'address')),
    evidence: tell('DEMOGRAPHIC', word(n, 'evidence')),
    identifiers: tell('DEMOGRAPHIC', word(n, 'identifier')),
    assurance: certain ? 'CERTAIN' : 'PROBABLE',
    // Where a record comes from is told of a masked one, too.
    provenance: withheldBy(viewer, 'DEMOGRAPHIC', reference.toRecord(viewer, record)) ?? `Patient/${word(n, 'key')}`,
  }; // prettier-ignore
}
