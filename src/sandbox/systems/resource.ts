/** The smallest words of FHIR R4 JSON that the three systems share. Plain JSON on purpose: the sandbox speaks the
 *  wire and knows none of the hub's types. */
import { inUtc, type Moment } from '../people/calendar.js';
import { inDollars, type Mills } from '../people/bills.js';
import type { Term } from '../people/terms.js';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json | undefined };
export type Resource = JsonObject & { readonly resourceType: string; readonly id: string };

export const systems = {
  mrn: 'urn:oid:2.16.840.1.113883.19.5.1',
  visit: 'urn:oid:2.16.840.1.113883.19.5.2',
  ssn: 'http://hl7.org/fhir/sid/us-ssn',
  npi: 'http://hl7.org/fhir/sid/us-npi',
  schedulingPatient: 'urn:oid:2.16.840.1.113883.19.6.1',
  booking: 'urn:oid:2.16.840.1.113883.19.6.2',
  accountHolder: 'urn:oid:2.16.840.1.113883.19.7.1',
  member: 'urn:oid:2.16.840.1.113883.19.7.2',
  claim: 'urn:oid:2.16.840.1.113883.19.7.3',
  account: 'urn:oid:2.16.840.1.113883.19.7.4',
  remittance: 'urn:oid:2.16.840.1.113883.19.7.5',
  department: 'urn:oid:2.16.840.1.113883.19.5.3',
} as const;

export const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;
export const coding = (system: string, code: string, display?: string): JsonObject => ({ system, code, display });
export const concept = (system: string, code: string, display?: string): JsonObject => ({ coding: [coding(system, code, display)] });
export const conceptOf = (term: Term): JsonObject => concept(term.system, term.code, term.display);
export const reference = (type: string, id: string, display?: string): JsonObject => ({ reference: `${type}/${id}`, display });
/** A reference over a system's border: by identifier, for nobody knows the other's ids. */
export const logicalReference = (type: string, system: string, value: string): JsonObject => ({ type, identifier: { system, value } });
export const identifier = (system: string, value: string, type?: string): JsonObject => ({
  use: 'usual',
  ...(type ? { type: concept(hl7('v2-0203'), type) } : {}),
  system,
  value,
});
export const money = (amount: Mills): JsonObject => ({ value: inDollars(amount), currency: 'USD' });

/** `meta` of a resource as loaded: when its system last touched it, and its own labels if it has any. */
export function metaOf(updatedAt: Moment, more: { version?: number; security?: readonly JsonObject[] } = {}): JsonObject {
  return {
    versionId: String(more.version ?? 1),
    lastUpdated: inUtc(updatedAt),
    ...(more.security?.length ? { security: more.security } : {}),
  };
}

/** The visit's number: known to the EHR, and to billing, which names its encounters by it. */
export const visitNumber = (mrn: string, sequence: number): string => `V${mrn}-${String(sequence + 1).padStart(3, '0')}`;
export const bookingNumber = (schedulingNumber: string, sequence: number): string =>
  `B${schedulingNumber}-${String(sequence + 1).padStart(3, '0')}`;
