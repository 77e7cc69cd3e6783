/** How a statement asks what a person's consents and agreed restrictions deny this viewer, and how it reads the answer of the
 *  database's `denials`: for each PHI class the labels whose rows are denied (below zero: every row), then the classes that a
 *  restriction denies; null where nothing is. Asked in one lateral, once a person: without a consent or a restriction it costs
 *  two looks into indexes, and a few constants for the classes that the statement is about. */
import { phiClasses, type PhiClass } from '../kernel/index.js';

const place = (phi: PhiClass): number => phiClasses.indexOf(phi) + 1;
const restricted = phiClasses.length + 1;
const labelsOnly = 1_073_741_823;

/** What is agreed for disclosures to others binds no viewer. */
const isBound = `exists (select from consent_provision k where k.patient_record_id = any(i.ids)) or exists (select from restriction q where q.patient_record_id = any(i.ids) and q.recipient = 'VIEWERS')`;

/** Both of the person whose patient records these are.
 *  @param records SQL for their ids */
const ofPerson = (say: string, records: string): string => `(select ${say} from (select ${records} as ids offset 0) i)`;
/** Whether there is anything that may bind. */
export const boundSql = (records: string): string => ofPerson(isBound, records);
/** What it denies this viewer. */
export const deniedSql = (records: string): string =>
  ofPerson(`case when ${isBound}\n    then denials(i.ids, :user, :departments, :consent) end`, records);

/** Expressions over the answer `d`. */
export const allowedIn = (d: string, phi: PhiClass): string => `(${d} is null or ${d}[${place(phi)}] >= 0)`;
export const unrestrictedIn = (d: string, phi: PhiClass): string => `(${d} is null or ${d}[${restricted}] & ${1 << (place(phi) - 1)} = 0)`;
/** Neither a consent nor a restriction is on the class as a whole. */
export const openIn = (d: string, phi: PhiClass): string => `${allowedIn(d, phi)} and ${unrestrictedIn(d, phi)}`;
/** The labels whose rows are denied in a class; 0 where none are. */
export const refusedIn = (d: string, phi: PhiClass): string => `(coalesce(${d}[${place(phi)}], 0) & ${labelsOnly})`;
export const refusedAnywhere = (d: string): string =>
  `case when ${d} is null then 0 else (${phiClasses.map((phi) => `${d}[${place(phi)}]`).join(' | ')}) & ${labelsOnly} end`;

/** The lateral of one person, with the columns that are really used. */
export class Denials {
  readonly #columns = new Map<string, string>();

  constructor(
    readonly alias: string,
    /** SQL for the answer; made when it is needed, for it takes parameters. */
    readonly sql: () => string,
  ) {}

  /** The person's consents allow the class, by and large. */
  allowed = (phi: PhiClass): string => this.#column(`k${place(phi)}`, allowedIn('d', phi));
  /** No agreed restriction is on the class. */
  unrestricted = (phi: PhiClass): string => this.#column(`q${place(phi)}`, unrestrictedIn('d', phi));
  refusedIn = (phi: PhiClass): string => this.#column(`l${place(phi)}`, refusedIn('d', phi));
  refusedAnywhere = (): string => this.#column('l', refusedAnywhere('d'));
  answer = (): string => this.#column('d', 'd');
  /** Nothing at all is denied. */
  nothing = (): string => this.#column('n', '(d is null)');

  #column(name: string, sql: string): string {
    this.#columns.set(name, sql);
    return `${this.alias}.${name}`;
  }

  lateral(): string[] {
    if (this.#columns.size === 0) return [];
    const columns = [...this.#columns].map(([name, sql]) => (name === sql ? sql : `${sql} as ${name}`));
    return [`cross join lateral (select ${columns.join(', ')} from (select ${this.sql()} as d offset 0) d0 offset 0) ${this.alias}`];
  }
}
