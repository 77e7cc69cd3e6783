/** The one door of the format: a resource's text in, what it means out. Pure: no clock, disk or network. Which types are
 *  taken is the table below; every other type is counted and not kept (minimum necessary, 45 CFR 164.502(b)). */
import type { Message } from '../../../records/index.js';
import { readAccount, readInvoice } from './account.js';
import { readAdjudication } from './adjudication.js';
import { readAppointment } from './appointment.js';
import { readCareTeam } from './care-team.js';
import { readClaim } from './claim.js';
import { readCondition } from './condition.js';
import { readConsent } from './consent.js';
import { readCoverage } from './coverage.js';
import { keepDigits } from './decimal.js';
import { readEncounter } from './encounter.js';
import { isJson, object, text, type Json } from './fields.js';
import { isCutOff, sniff } from './json-spans.js';
import { instantOf } from './instants.js';
import { readLocation, readOrganization, readPractitioner, readPractitionerRole } from './named.js';
import { readPatient } from './patient.js';
import { readPaymentNotice, readPaymentReconciliation } from './payment.js';
import type { Mapping } from './reading.js';
import { alone, References, type Surroundings } from './references.js';
import { Unreadable } from './unreadable.js';

const mappings: Readonly<Record<string, { readonly read: Mapping; readonly money?: true }>> = {
  Patient: { read: readPatient },
  Encounter: { read: readEncounter },
  Appointment: { read: readAppointment },
  Condition: { read: readCondition },
  CareTeam: { read: readCareTeam },
  Coverage: { read: readCoverage },
  Claim: { read: readClaim, money: true },
  ClaimResponse: { read: readAdjudication, money: true },
  ExplanationOfBenefit: { read: readAdjudication, money: true },
  Account: { read: readAccount, money: true },
  Invoice: { read: readInvoice, money: true },
  PaymentNotice: { read: readPaymentNotice, money: true },
  PaymentReconciliation: { read: readPaymentReconciliation, money: true },
  Consent: { read: readConsent },
  Practitioner: { read: readPractitioner },
  PractitionerRole: { read: readPractitionerRole },
  Organization: { read: readOrganization },
  Location: { read: readLocation },
};

export const takenTypes: readonly string[] = Object.keys(mappings);
export const isTaken = (type: string): boolean => Object.hasOwn(mappings, type);

/** Where a resource was found. */
export interface Place extends Surroundings {
  /** The key that its entry's fullUrl gives it, for a resource without an id of its own. */
  readonly key?: string | null;
}

/** FHIR allows 64 of letters, digits, `-` and `.`; real servers use more, but nothing that a reference could not end in. */
const readableId = /^[^\s/?#|]{1,200}$/;

function parse(raw: string, money: boolean): Json {
  let value: unknown;
  try {
    value = JSON.parse(money ? keepDigits(raw) : raw);
  } catch {
    if (isCutOff(raw)) throw new Unreadable('TRUNCATED', 'the resource ends in the middle');
    throw new Unreadable('NOT_JSON', 'the resource is not JSON');
  }
  if (!isJson(value)) throw new Unreadable('NOT_FHIR', 'expected a JSON object');
  return value;
}

/** Reads a resource whose type is known to be taken. */
function readTaken(raw: string, type: string, place: Place): Message {
  const mapping = mappings[type] as { read: Mapping; money?: true };
  const resource = parse(raw, mapping.money === true);
  // Postgres keeps no U+0000 in text, and FHIR forbids it.
  if (raw.includes('\\u0000')) throw new Unreadable('INVALID_VALUE', `${type} holds the character U+0000`);
  const id = text(resource['id']);
  if (id !== null && !readableId.test(id)) throw new Unreadable('INVALID_VALUE', `${type}.id is not an id`);
  const key = id === null ? (place.key ?? null) : `${type}/${id}`;
  if (key === null) throw new Unreadable('NO_ID', `${type} has no id`);
  const records = mapping.read({
    resource,
    type,
    key,
    sourceUpdatedAt: instantOf(object(resource['meta'])?.['lastUpdated']),
    references: new References(resource, place),
  });
  if (records === 'deleted') return { outcome: 'deleted', key };
  if (records === 'notTaken')
    return { outcome: 'notTaken', type: text(resource['use']) === null ? type : `${type}.${String(resource['use'])}` };
  return { outcome: 'mapped', key, raw, records };
}

/** `type` spares a second look where the Bundle already knows it. */
export function readResource(raw: string, place: Place = alone, type: string | null = null): Message {
  try {
    const named = type ?? typeIn(raw);
    if (isTaken(named)) return readTaken(raw, named, place);
    if (!resourceType.test(named)) throw new Unreadable('NOT_FHIR', 'no resourceType');
    return { outcome: 'notTaken', type: named };
  } catch (fault) {
    if (fault instanceof Unreadable) return { outcome: 'rejected', code: fault.code, reason: fault.message, raw };
    throw fault;
  }
}

const resourceType = /^[A-Z][A-Za-z]{1,63}$/;
const typeIn = (raw: string): string => sniff(raw, 'resourceType')[0] ?? '';
