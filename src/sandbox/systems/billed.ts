/** What all papers about one bill share: whom, which visit, which number, and the references that name them. */
import type { Bill } from '../people/bills.js';
import type { Visit } from '../people/visits.js';
import type { Person } from '../people.js';
import { reference, type JsonObject } from './resource.js';

/** One bill of one visit, with the numbers that all its papers share. */
export interface Billed {
  readonly person: Person;
  readonly visit: Visit;
  readonly bill: Bill;
  readonly number: string;
}

export const holderId = (person: Person): string => `h${person.accountNumber}`;
export const payerReference = (person: Person): JsonObject => reference('Organization', `payer-${person.payer.key}`, person.payer.name);
export const coverageReference = (person: Person): JsonObject => reference('Coverage', `cov-${person.index + 1}`);
