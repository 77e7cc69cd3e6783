/** What a row that is there says of itself: facts, lines of time, cases and what hangs on them. */
import { amount, receivedAt, word } from './canaries.js';
import { dayOf, instantOf, isActive, uidOf } from './plant.js';
import type { Reference, Viewer } from './reference.js';
import { isHidden, isMasked, withheldBy, type Phi } from './rules.js';
import { all, nothing, unless, type Told } from './said.js';
import type { Case, Claim, Fact, Grant, Part } from './world.js';

/** What leads to the fact has asked for the class of its list already; here each field is asked for its own. */
export function ofFact(reference: Reference, viewer: Viewer, fact: Fact): Told {
  const { n } = fact;
  const person = reference.personOf(fact.record);
  const rule = (phi: Phi): string | null => reference.ofPerson(viewer, phi, person);
  const tell = (phi: Phi, said: string | null): string => unless(rule(phi), isMasked(fact.labels), said);
  /** Its date remains of a masked row. */
  const kept = (phi: Phi, said: string): string => unless(rule(phi), false, said);
  switch (fact.kind) {
    case 'Encounter':
      return {
        status: tell('CLINICAL', word(n, 'status')),
        reason: tell('CLINICAL', word(n, 'reason')),
        start: kept('CLINICAL', instantOf(n)),
      };
    case 'Appointment':
      return {
        status: tell('SCHEDULING', word(n, 'status')),
        serviceType: tell('SCHEDULING', word(n, 'service')),
        reason: tell('CLINICAL', word(n, 'reason')),
        cancellationReason: tell('SCHEDULING', word(n, 'cancelled')),
        start: kept('SCHEDULING', instantOf(n)),
      };
    case 'Condition':
      return { code: tell('CLINICAL', word(n, 'display')), onset: kept('CLINICAL', instantOf(n)) };
    case 'Coverage':
      return {
        payor: tell('COVERAGE', word(n, 'payor')),
        memberId: tell('COVERAGE', word(n, 'member')),
        start: kept('COVERAGE', dayOf(n)),
      };
    case 'Payment':
      return { payer: tell('BILLING', word(n, 'payer')), amount: tell('BILLING', amount(n, 'payment')) };
    case 'Claim':
      return ofClaim(reference, fact as Claim, { rule, tell, kept });
    case 'CareTeamMember':
    case 'Account':
      throw new Error(`a ${fact.kind} has no id`);
  }
}

interface Telling {
  readonly rule: (phi: Phi) => string | null;
  readonly tell: (phi: Phi, said: string | null) => string;
  readonly kept: (phi: Phi, said: string) => string;
}

/** A decision that was said of another patient is none. */
export const isDecidedFor = ({ decided, decidedFor, record }: Claim): boolean => !isHidden(decided) && decidedFor === record;

function ofClaim(reference: Reference, claim: Claim, { rule, tell, kept }: Telling): Told {
  const { n, encounter } = claim;
  const person = reference.personOf(claim.record);
  const isDecided = isDecidedFor(claim);
  const decided = (said: string): string =>
    unless(rule('BILLING'), isMasked(claim.labels) || (isDecided && isMasked(claim.decided)), isDecided ? said : null);
  // A visit is the person's own, by a record that certainly is theirs, or it is not shown.
  const visit = encounter && !isHidden(encounter.labels) && reference.personOf(encounter.record) === person ? encounter : null;
  const payments = reference.world.payments.filter(
    (payment) => payment.claim === claim && !isHidden(payment.labels) && reference.personOf(payment.record) === person,
  );
  return {
    insurer: tell('BILLING', word(n, 'insurer')),
    billed: tell('BILLING', amount(n, 'billed')),
    allowed: decided(amount(n, 'allowed')),
    patientOwes: decided(amount(n, 'owes')),
    denialCodes: decided(word(n, 'denial')),
    encounter: tell('CLINICAL', visit && `enc_${uidOf(visit.n)}`),
    payments: tell('BILLING', all(payments.map((payment) => `pay_${uidOf(payment.n)}`)) || null),
    servicedFrom: kept('BILLING', dayOf(n)),
  };
}

/** The line on which a row stands; its class was asked when the line was drawn. */
export function ofLine(row: Fact | Case): Told {
  const blind = isMasked(row.labels);
  const [title, detail, tag] = lineOf(row);
  return {
    title: unless(null, blind, title),
    detail: unless(null, blind, detail),
    subject: unless(null, blind, `${tag}_${uidOf(row.n)}`),
  };
}

function lineOf(row: Fact | Case): readonly [title: string, detail: string | null, tag: string] {
  const { n } = row;
  switch (row.kind) {
    case 'Encounter':
      return [word(n, 'type'), word(n, 'reason'), 'enc'];
    case 'Appointment':
      return [word(n, 'service'), `${word(n, 'status')}: ${word(n, 'cancelled')}`, 'apt'];
    case 'Condition':
      return [word(n, 'display'), isActive(n) ? 'active' : 'resolved', 'cnd'];
    case 'Claim': {
      const { decided } = row as Claim;
      return ['Professional claim', !isDecidedFor(row as Claim) || isMasked(decided) ? null : 'denied', 'clm'];
    }
    case 'Payment':
      return ['Payment', `${word(n, 'payer')} ${amount(n, 'payment')} USD`, 'pay'];
    case 'Case':
      return [`PR-${n} ${row.sort}`, word(n, 'summary'), 'case'];
    default:
      throw new Error(`a ${row.kind} is no line of time`);
  }
}

export function ofCase(reference: Reference, viewer: Viewer, one: Case): Told {
  const { n } = one;
  const tell = (said: string | null): string => unless(reference.ofCase(viewer, one), isMasked(one.labels), said);
  const person = reference.personOf(one.record);
  return {
    number: `PR-${n}`,
    summary: tell(word(n, 'summary')),
    narrative: tell(word(n, 'narrative')),
    classification: tell(word(n, 'rule')),
    receivedAt: tell(receivedAt(n)),
    complainant: tell(all([word(n, 'complainant'), word(n, 'reach')])),
    patient: tell(person && `pat_${uidOf(person.n)}`),
  };
}

export function ofPart({ n, kind, labels }: Part): Told {
  const tell = (said: string): string => unless(null, isMasked(labels), said);
  switch (kind) {
    case 'Interaction':
      return { note: tell(word(n, 'note')), with: tell(word(n, 'with')) };
    case 'Issue':
      return { subcategory: word(n, 'subcategory'), stage: word(n, 'stage') };
    case 'Deadline':
      return { rule: `rule-${n}` };
    case 'Reminder':
      return { reason: word(n, 'reason') };
  }
}

/** The reason is somebody's own words about a patient: it is shown with the name, which no relation opens here. */
export function ofGrant(reference: Reference, viewer: Viewer, { n, person }: Grant): Told {
  const rule = withheldBy(viewer, 'IDENTITY', {});
  const now = reference.survivor(person);
  return {
    reason: unless(rule, false, word(n, 'why')),
    patient: unless(rule, false, reference.exists(now) ? `pat_${uidOf(now.n)}` : nothing),
  };
}
