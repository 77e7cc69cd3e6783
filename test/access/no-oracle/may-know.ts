/** Whether a viewer may be told a canary at all, by whatever way: so that a whole answer can be searched, not only the fields that
 *  a path compares. */
import type { Canary } from './canaries.js';
import type { Reference, Viewer } from './reference.js';
import { isDecidedFor } from './said-of-rows.js';
import { isHidden, isMasked, mayAsk, withheldBy, type Phi } from './rules.js';
import type { Claim, Fact, PatientRecord, World } from './world.js';

const ofRecords: Readonly<Record<string, Phi>> = {
  name: 'IDENTITY',
  sex: 'IDENTITY',
  address: 'CONTACT',
  mail: 'CONTACT',
  phone: 'CONTACT',
  language: 'DEMOGRAPHIC',
  preference: 'DEMOGRAPHIC',
  identifier: 'DEMOGRAPHIC',
  evidence: 'DEMOGRAPHIC',
  key: 'DEMOGRAPHIC',
  alert: 'CLINICAL',
};
export const classOf: Readonly<Record<Fact['kind'], Phi>> = {
  Encounter: 'CLINICAL',
  Appointment: 'SCHEDULING',
  Condition: 'CLINICAL',
  CareTeamMember: 'CLINICAL',
  Coverage: 'COVERAGE',
  Account: 'BILLING',
  Claim: 'BILLING',
  Payment: 'BILLING',
};
const ofDecisions = ['allowed', 'paid', 'owes', 'denial'];

type Row =
  | World['records'][number]
  | Fact
  | World['cases'][number]
  | World['parts'][number]
  | (World['grants'][number] & { kind: 'Grant' })
  | (World['disclosures'][number] & { kind: 'Disclosure' });

export function knowing(reference: Reference): (viewer: Viewer, canary: Canary) => boolean {
  const { records, facts, cases, parts, grants, disclosures } = reference.world;
  const rows = new Map<number, Row>(
    [
      ...records,
      ...facts,
      ...cases,
      ...parts,
      ...grants.map((grant) => ({ ...grant, kind: 'Grant' as const })),
      ...disclosures.map((disclosure) => ({ ...disclosure, kind: 'Disclosure' as const })),
    ].map((row) => [row.n, row]),
  );
  return (viewer, { row: n, column }) => {
    const row = rows.get(n);
    if (!row) return false; // nobody's, or kept whole as it was sent
    switch (row.kind) {
      case 'PatientRecord':
        return ofRecord(reference, viewer, row, column);
      case 'Case':
        // When it came in is the date that remains of a masked row.
        return !isHidden(row.labels) && reference.ofCase(viewer, row) === null && (column === 'received' || !isMasked(row.labels));
      case 'Interaction':
      case 'Issue':
      case 'Deadline':
      case 'Reminder':
        return reference.hasPart(viewer, row) && !isMasked(row.labels);
      case 'Grant':
        return reference.hasGrant(viewer, row, mayAsk(viewer, 'REVIEW_ACCESS')) && withheldBy(viewer, 'IDENTITY', {}) === null;
      case 'Disclosure':
        return mayAsk(viewer, 'REVIEW_ACCESS') && withheldBy(viewer, 'IDENTITY', {}) === null;
      default:
        return ofFact(reference, viewer, row, column);
    }
  };
}

function ofRecord(reference: Reference, viewer: Viewer, record: PatientRecord, column: string): boolean {
  const phi = ofRecords[column];
  if (phi === undefined || isHidden(record.labels)) return false; // what was sent whole is shown to nobody
  return withheldBy(viewer, phi, reference.toRecord(viewer, record)) === null && (column === 'key' || !isMasked(record.labels));
}

function ofFact(reference: Reference, viewer: Viewer, fact: Fact, column: string): boolean {
  if (isMasked(fact.labels) || !reference.hasFact(viewer, fact, classOf[fact.kind])) return false;
  if (fact.kind === 'Claim' && ofDecisions.includes(column)) {
    const { decided } = fact as Claim;
    return isDecidedFor(fact as Claim) && !isMasked(decided);
  }
  const isClinicalToo = fact.kind === 'Appointment' && column === 'reason';
  return !isClinicalToo || reference.ofPerson(viewer, 'CLINICAL', reference.personOf(fact.record)) === null;
}
