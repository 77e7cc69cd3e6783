/** What the payer answered: an ExplanationOfBenefit line by line, and the notice that the money came. Categories are
 *  HL7's `adjudication` where it has one, else CARIN Blue Button's. A contractual discount (CO-45) is on nearly every
 *  line and is no denial; a denied line has nothing allowed and a `denialreason`. */
import { dayOf, plusDays, type Moment } from '../people/calendar.js';
import { sumOf, type BillLine } from '../people/bills.js';
import type { DenialReason } from '../people/terms.js';
import { coverageReference, holderId, payerReference, type Billed } from './billed.js';
import {
  coding,
  concept,
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

const carin = 'http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication';
const carinDenial = 'http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudicationDiscriminator';
const carc = 'https://x12.org/codes/claim-adjustment-reason-codes';
const carcGroup = 'https://x12.org/codes/claim-adjustment-group-codes';

const standard = (code: string, amount: number): JsonObject => ({ category: concept(hl7('adjudication'), code), amount: money(amount) });
const adjusted = (category: JsonObject, reason: DenialReason, amount: number): JsonObject => ({
  category,
  reason: {
    coding: [coding(carc, reason.code, reason.words), coding(carcGroup, reason.group)],
    text: `${reason.group}-${reason.code} ${reason.words}`,
  },
  amount: money(amount),
});

const contractual: DenialReason = { group: 'CO', code: '45', words: 'Charge above the agreed fee' };

/** The person's share in one figure, on every line: where it is nothing, that too is said. */
const liability = (amount: number): JsonObject => ({ category: concept(carin, 'memberliability'), amount: money(amount) });

function adjudicate(line: BillLine, denial: DenialReason | undefined): JsonObject[] {
  const submitted = standard('submitted', line.charge);
  if (denial) {
    return [
      submitted,
      standard('eligible', 0),
      adjusted(concept(carinDenial, 'denialreason'), denial, line.charge),
      ...(denial.group === 'PR' ? [adjusted(concept(carin, 'noncovered'), denial, line.charge)] : []),
      standard('benefit', 0),
      liability(denial.group === 'PR' ? line.charge : 0),
    ];
  }
  return [
    submitted,
    standard('eligible', line.allowed),
    ...(line.charge > line.allowed ? [adjusted(concept(carin, 'discount'), contractual, line.charge - line.allowed)] : []),
    ...(line.deductible > 0 ? [standard('deductible', line.deductible)] : []),
    ...(line.copay > 0 ? [standard('copay', line.copay)] : []),
    ...(line.coinsurance > 0 ? [{ category: concept(carin, 'coinsurance'), amount: money(line.coinsurance) }] : []),
    standard('benefit', line.paid),
    liability(line.deductible + line.copay + line.coinsurance),
  ];
}

export function explanation({ person, visit, bill, number }: Billed, answeredAt: Moment): Resource {
  const encounter = [logicalReference('Encounter', systems.visit, visitNumber(person.mrn, visit.sequence))];
  const paid = sumOf(bill, (line) => line.paid);
  return {
    resourceType: 'ExplanationOfBenefit',
    id: `eob-${number}`,
    meta: metaOf(answeredAt),
    identifier: [identifier(systems.claim, number)],
    status: 'active',
    type: concept(hl7('claim-type'), bill.kind),
    use: 'claim',
    patient: reference('Patient', holderId(person)),
    billablePeriod: { start: dayOf(visit.startAt), end: dayOf(visit.endAt) },
    created: dayOf(answeredAt),
    insurer: payerReference(person),
    provider: reference('Organization', `prov-${visit.department.key.toLowerCase()}`, visit.department.billing),
    claim: reference('Claim', `clm-${number}`),
    outcome: 'complete',
    disposition: bill.denial ? 'Denied' : 'Processed',
    insurance: [{ focal: true, coverage: coverageReference(person) }],
    item: bill.lines.map((line, order) => ({
      sequence: order + 1,
      productOrService: concept('http://www.ama-assn.org/go/cpt', line.code, line.words),
      servicedDate: dayOf(visit.startAt),
      encounter,
      net: money(line.charge),
      adjudication: adjudicate(line, bill.denial),
    })),
    total: [
      standard(
        'submitted',
        sumOf(bill, (line) => line.charge),
      ),
      standard('eligible', bill.denial ? 0 : sumOf(bill, (line) => line.allowed)),
      standard('benefit', paid),
    ],
    payment: { type: concept(hl7('ex-paymenttype'), 'complete'), date: dayOf(plusDays(answeredAt, 2)), amount: money(paid) },
  };
}

/** R4's PaymentNotice has no patient: it finds its claim by `request` and its answer by `response`. */
export function payment({ bill, number, person }: Billed, answeredAt: Moment): Resource {
  const paidOn = dayOf(plusDays(answeredAt, 2));
  return {
    resourceType: 'PaymentNotice',
    id: `pay-${number}`,
    meta: metaOf(answeredAt),
    identifier: [identifier(systems.remittance, `R${number}`)],
    status: 'active',
    request: reference('Claim', `clm-${number}`),
    response: reference('ExplanationOfBenefit', `eob-${number}`),
    created: dayOf(answeredAt),
    provider: reference('Organization', 'prov-hospital'),
    payment: {
      ...logicalReference('PaymentReconciliation', systems.remittance, `T${person.payer.key}-${paidOn}`),
      display: person.payer.name,
    },
    paymentDate: paidOn,
    recipient: reference('Organization', 'prov-hospital', 'Lakeside General Hospital'),
    amount: money(sumOf(bill, (line) => line.paid)),
    paymentStatus: concept(hl7('paymentstatus'), 'paid'),
  };
}
