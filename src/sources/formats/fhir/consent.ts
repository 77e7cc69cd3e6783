/** Consent: what a person allows and forbids. The tree of provisions comes out as a list, each rule with its parent. What a
 *  rule says unclearly is read so that it never shows more: a nested rule without a type denies, a code that cannot be read
 *  stands as `?`, and a rule narrowed in a way that the hub does not evaluate says so. */
import type { ConsentProvision, ConsentRecord, InstantText, Reference } from '../../../records/index.js';
import { codeIn } from './coding.js';
import { object, objects, text, type Json } from './fields.js';
import { instantOf } from './instants.js';
import { patientOf, type Mapping, type Reading } from './reading.js';

const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const consentScope = 'http://terminology.hl7.org/CodeSystem/consentscope';
/** Base rules that forbid what no provision allows. */
const optOut: readonly string[] = ['OPTOUT', 'OPTOUTE'];

/** Roles of an actor who only keeps the data, or the consent itself. */
const custodian: readonly string[] = ['CST', 'AUT', 'AUTHEN'];
/** v3-RoleClass: the one who pays. A rule about them binds disclosures, not the workforce (45 CFR 164.522(a)(1)(vi)). */
const payer = 'PAYOR';
const individual = /^(Practitioner|PractitionerRole|Person|RelatedPerson)[/?]/;

export const readConsent: Mapping = (reading) => {
  const { resource, key, sourceUpdatedAt } = reading;
  const provisions: ConsentProvision[] = [];
  readRule(reading, object(resource['provision']) ?? {}, { into: provisions, parent: null });
  const consent: ConsentRecord = {
    kind: 'consent',
    key,
    sourceUpdatedAt,
    // Labels in a consent are conditions of its rules. The consent is no more sensitive than the record it hangs on.
    labelCodes: [],
    patient: patientOf(reading, 'patient'),
    status: text(resource['status']),
    scope: codeIn(resource['scope'], consentScope),
    consentedAt: instantOf(resource['dateTime']),
    provisions,
  };
  return [consent];
};

function readRule(reading: Reading, rule: Json, at: { into: ConsentProvision[]; parent: number | null }): void {
  const { into, parent } = at;
  const index = into.length;
  into.push(parent === null ? rootOf(reading, rule) : provisionOf(reading, rule, { parent, denies: text(rule['type']) !== 'permit' }));
  for (const nested of objects(rule['provision'])) readRule(reading, nested, { into, parent: index });
}

/** R4 gives the root rule no type: the base rule says which way it goes. An opt-out is one whatever else the root names (in
 *  HL7's own examples that is the exception); and nobody opts in by naming one person, so that the root then is one. */
function rootOf(reading: Reading, rule: Json): ConsentProvision {
  const type = text(rule['type']);
  if (type !== null) return provisionOf(reading, rule, { parent: null, denies: type !== 'permit' });
  const base = codeIn(reading.resource['policyRule'], actCode);
  const read = provisionOf(reading, rule, { parent: null, denies: false });
  if (base !== null && optOut.includes(base))
    return { ...read, denies: true, actors: [], purposes: [], classes: [], securityLabels: [], vague: false };
  return { ...read, denies: read.actors.some((actor) => individual.test(actor)) };
}

function provisionOf(reading: Reading, rule: Json, { parent, denies }: { parent: number | null; denies: boolean }): ConsentProvision {
  const period = object(rule['period']);
  const start = instantOf(period?.['start']);
  const end = endOf(period?.['end']);
  const unreadable = (period?.['start'] !== undefined && start === null) || (period?.['end'] !== undefined && end === null);
  const narrowed = ['code', 'data', 'dataPeriod', 'modifierExtension'].some((name) => rule[name] !== undefined);
  const actors = objects(rule['actor']);
  const recipients = actors.filter((actor) => !onlyKeeps(actor));
  return {
    parent,
    denies,
    start,
    end,
    actors: recipients.map((actor) => actorOf(reading, actor)),
    purposes: codesOf(rule['purpose']),
    actions: objects(rule['action']).flatMap((action) => codesOf(action['coding'] ?? [{}])),
    classes: codesOf(rule['class']),
    securityLabels: codesOf(rule['securityLabel']),
    vague: unreadable || narrowed || recipients.length < actors.length,
  };
}

const rolesOf = (actor: Json): (string | null)[] => objects(object(actor['role'])?.['coding']).map((coding) => text(coding['code']));
/** Whose data it is about, not who may see it: a forbidding rule then binds everybody, an allowing one is not known to. */
const onlyKeeps = (actor: Json): boolean => {
  const roles = rolesOf(actor);
  return roles.length > 0 && roles.every((role) => role !== null && custodian.includes(role));
};

function actorOf({ references }: Reading, actor: Json): Reference {
  const reference = references.to(actor['reference'], 'Unknown');
  if (reference === null) return '?';
  return rolesOf(actor).includes(payer) ? `Payer ${reference}` : reference;
}

const codesOf = (value: unknown): string[] => [...new Set(objects(value).map((coding) => text(coding['code']) ?? '?'))];

/** The end of a period counts in: a day lasts until the next one begins, a month until the next month. */
function endOf(value: unknown): InstantText | null {
  const said = instantOf(value);
  const partial = typeof value === 'string' ? /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(value) : null;
  if (said === null || !partial) return said;
  const [, year, month, day] = partial;
  const next = new Date(said);
  if (day !== undefined) next.setUTCDate(next.getUTCDate() + 1);
  else if (month !== undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCFullYear(Number(year) + 1);
  // No column holds a fifth digit; that far away is without end.
  return next.getUTCFullYear() > 9999 ? '9999-12-31T23:59:59Z' : next.toISOString();
}
