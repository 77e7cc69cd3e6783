/** Reads what a statement reports it touched: for each row owed an entry `[site, person, case, blind, grant, condition...]`, nested
 *  as the answer is. Gives one entry a person, saying what was really answered and what was withheld. Pure. */
import type { PhiClass } from '../kernel/index.js';
import type { Site } from './site.js';

export interface Touched {
  readonly personUid: string | null;
  readonly caseUid: string | null;
  readonly phiClasses: ReadonlySet<PhiClass>;
  readonly withheldFields: ReadonlySet<string>;
  /** The break-glass grant that opened something of it, where nothing else did. */
  readonly grantUid: string | null;
}

interface Gathered {
  personUid: string | null;
  caseUid: string | null;
  phiClasses: Set<PhiClass>;
  withheldFields: Set<string>;
  grantUid: string | null;
}

export function readTouched(sites: readonly Site[], text: string | null): Touched[] {
  const gathered = new Map<string, Gathered>();
  if (text !== null) visit(JSON.parse(text), { sites, gathered, caseUid: null });
  return [...gathered.values()];
}

type Report = [site: number, person: string | null, caseOfRow: string | null, blind: number, grant: string | null, ...held: boolean[]];

function visit(value: unknown, at: { sites: readonly Site[]; gathered: Map<string, Gathered>; caseUid: string | null }): void {
  if (!Array.isArray(value)) return;
  if (typeof value[0] !== 'number') {
    // A row's own report comes first; what is below it happened within its case.
    const own: unknown = value[0];
    const caseUid = Array.isArray(own) && typeof own[0] === 'number' && typeof own[2] === 'string' ? own[2] : at.caseUid;
    for (const part of value) visit(part, { ...at, caseUid });
    return;
  }
  const [siteIndex, person, caseOfRow, blind, grant, ...held] = value as Report;
  const site = at.sites[siteIndex];
  const caseUid = caseOfRow ?? at.caseUid;
  if (!site || (person === null && caseUid === null)) return;
  const entry = entryOf(at.gathered, person, caseUid);
  site.classes.forEach((phi) => entry.phiClasses.add(phi));
  site.withheld.forEach((field) => entry.withheldFields.add(field));
  site.reported.forEach((condition, index) => {
    if (held[index]) site.classesWhen.get(condition)?.forEach((phi) => entry.phiClasses.add(phi));
    else site.withheldUnless.get(condition)?.forEach((field) => entry.withheldFields.add(field));
  });
  entry.grantUid ??= grant;
  if (blind & 1) entry.withheldFields.add('sensitivity.masked');
  if (blind & 2) entry.withheldFields.add('consent.denied');
}

function entryOf(gathered: Map<string, Gathered>, personUid: string | null, caseUid: string | null): Gathered {
  const key = personUid ?? `case:${caseUid}`;
  const entry = gathered.get(key) ?? { personUid, caseUid, phiClasses: new Set(), withheldFields: new Set(), grantUid: null };
  entry.caseUid ??= caseUid;
  gathered.set(key, entry);
  return entry;
}
