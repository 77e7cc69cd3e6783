/** The billing system's part: coverage, claims, what payers answered, payments, and what is owed now. A claim names
 *  its encounter by the EHR's visit number, as a logical reference: no system knows another's ids. */
import { dayFrom, dayOf, inUtc, momentOn, plusDays, type Moment } from '../people/calendar.js';
import { patientShare, sumOf, type Bill } from '../people/bills.js';
import { departmentList, payers } from '../people/places.js';
import type { Person } from '../people.js';
import { addressOf } from './ehr-patient.js';
import { explanation, payment } from './billing-answers.js';
import { coverageReference, holderId, payerReference, type Billed } from './billed.js';
import {
  concept,
  conceptOf,
  hl7,
  identifier,
  logicalReference,
  metaOf,
  money,
  reference,
  systems,
  visitNumber,
  type JsonObject,
  type Resource,
} from './resource.js';

const accountAggregate = 'http://hl7.org/fhir/account-aggregate';
const accountBalanceUrl = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance';

/** Payers, the hospital as the one who is paid, and its departments as billing names them. */
export function* billingPlaces(today: string): Generator<Resource> {
  const meta = metaOf(momentOn(today, -1500, 0));
  for (const payer of payers) {
    yield {
      resourceType: 'Organization',
      id: `payer-${payer.key}`,
      meta,
      active: true,
      type: [concept(hl7('organization-type'), 'pay', 'Payer')],
      name: payer.name,
    };
  }
  yield {
    resourceType: 'Organization',
    id: 'prov-hospital',
    meta,
    active: true,
    type: [concept(hl7('organization-type'), 'prov', 'Provider')],
    name: 'Lakeside General Hospital',
  };
  for (const home of departmentList) {
    yield {
      resourceType: 'Organization',
      id: `prov-${home.key.toLowerCase()}`,
      meta,
      active: true,
      type: [concept(hl7('organization-type'), 'dept', 'Department')],
      name: home.billing,
      partOf: reference('Organization', 'prov-hospital'),
    };
  }
}

function patient(person: Person, today: string): Resource {
  const { billing } = person.names;
  const shared = person.linked.billing && person.ssn ? [identifier(systems.ssn, person.ssn, 'SS')] : [];
  return {
    resourceType: 'Patient',
    id: holderId(person),
    meta: metaOf(momentOn(today, -3 - (person.index % 200), 300)),
    identifier: [
      identifier(systems.accountHolder, person.accountNumber, 'AN'),
      ...shared,
      ...(person.linked.billing ? [identifier(systems.member, person.memberId, 'MB')] : []),
    ],
    name: [{ use: 'official', family: billing.family, given: [billing.given] }],
    telecom: [{ system: 'phone', value: person.phone, use: 'home' }],
    gender: person.sex,
    birthDate: person.bornOn,
    address: addressOf(person),
  };
}

function coverage(person: Person, today: string): Resource {
  const start = dayFrom(today, -1600 + (person.index % 30));
  return {
    resourceType: 'Coverage',
    id: `cov-${person.index + 1}`,
    meta: metaOf(momentOn(today, -200 - (person.index % 100), 200)),
    identifier: [identifier(systems.member, person.memberId, 'MB')],
    status: 'active',
    type: concept(hl7('v3-ActCode'), ...person.payer.coverageType),
    subscriberId: person.memberId,
    beneficiary: reference('Patient', holderId(person)),
    relationship: concept(hl7('subscriber-relationship'), 'self'),
    period: { start },
    payor: [payerReference(person)],
  };
}

function items({ person, visit, bill }: Billed): JsonObject[] {
  const encounter = [logicalReference('Encounter', systems.visit, visitNumber(person.mrn, visit.sequence))];
  return bill.lines.map((line, order) => ({
    sequence: order + 1,
    diagnosisSequence: bill.kind === 'pharmacy' ? undefined : [1],
    productOrService: concept(
      bill.kind === 'pharmacy' ? 'http://hl7.org/fhir/sid/ndc' : 'http://www.ama-assn.org/go/cpt',
      line.code,
      line.words,
    ),
    servicedDate: dayOf(visit.startAt),
    net: money(line.charge),
    encounter,
  }));
}

function claim(billed: Billed): Resource {
  const { person, visit, bill, number } = billed;
  return {
    resourceType: 'Claim',
    id: `clm-${number}`,
    meta: metaOf(bill.createdAt),
    identifier: [identifier(systems.claim, number)],
    status: 'active',
    type: concept(hl7('claim-type'), bill.kind),
    use: 'claim',
    patient: reference('Patient', holderId(person)),
    billablePeriod: { start: dayOf(visit.startAt), end: dayOf(visit.endAt) },
    created: dayOf(bill.createdAt),
    insurer: payerReference(person),
    provider: reference('Organization', `prov-${visit.department.key.toLowerCase()}`, visit.department.billing),
    priority: concept(hl7('processpriority'), 'normal'),
    ...(bill.kind === 'pharmacy' ? {} : { diagnosis: [{ sequence: 1, diagnosisCodeableConcept: conceptOf(visit.reason) }] }),
    insurance: [{ sequence: 1, focal: true, coverage: coverageReference(person) }],
    item: items(billed),
    total: money(sumOf(bill, (line) => line.charge)),
  };
}

/** What the person owes by the billing system's own books: the shares not yet settled. R4's Account has no balance,
 *  so it travels as HL7's cross-version extension for R5's `Account.balance`. */
function account(person: Person, bills: readonly Bill[], now: Moment): Resource {
  const owed = bills.filter((bill) => !bill.shareSettled).reduce((sum, bill) => sum + patientShare(bill), 0);
  return {
    resourceType: 'Account',
    id: `acct-${person.index + 1}`,
    meta: metaOf(plusDays(now, -1 - (person.index % 20))),
    extension: [
      {
        url: accountBalanceUrl,
        extension: [
          { url: 'aggregate', valueCodeableConcept: concept(accountAggregate, 'patient', 'Patient') },
          { url: 'estimate', valueBoolean: false },
          { url: 'amount', valueMoney: money(owed) },
        ],
      },
    ],
    identifier: [identifier(systems.account, `A${person.accountNumber}`)],
    status: 'active',
    type: concept(hl7('v3-ActCode'), 'PBILLACCT', 'Patient billing account'),
    subject: [reference('Patient', holderId(person))],
    servicePeriod: { start: inUtc(plusDays(now, -1461)).slice(0, 10) },
    coverage: [{ coverage: coverageReference(person), priority: 1 }],
  };
}

export function* billingRecords(person: Person, today: string): Generator<Resource> {
  const now = momentOn(today, 0, 12 * 60);
  yield patient(person, today);
  yield coverage(person, today);
  for (const visit of person.visits) {
    for (const [order, bill] of visit.bills.entries()) {
      const billed = { person, visit, bill, number: `${person.accountNumber}-${visit.sequence + 1}${order === 0 ? '' : `-${order + 1}`}` };
      yield claim(billed);
      if (bill.adjudicatedAt && bill.kind !== 'pharmacy') {
        yield explanation(billed, bill.adjudicatedAt);
        if (sumOf(bill, (line) => line.paid) > 0) yield payment(billed, bill.adjudicatedAt);
      }
    }
  }
  yield account(
    person,
    person.visits.flatMap(({ bills }) => bills),
    now,
  );
}
