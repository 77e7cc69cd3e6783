/** ExplanationOfBenefit and ClaimResponse: what the payer decided. The figures come from adjudication lines, never from
 *  billed less paid; `paid` is the payment's amount where there is one. An answer that names no claim (CMS sends no
 *  Claims at all) is the claim too, under its own key. The payment inside is `paid` and no payment of its own: the
 *  billing system's PaymentNotice tells of the same money. An answer that was taken back is gone; one that is a draft,
 *  waits or is an error decides nothing, so that a decision it once held is gone as well. */
import type { AdjudicationRecord, ClaimRecord, Money } from '../../../records/index.js';
import { meaningOf, type Figure } from './adjudication-codes.js';
import { claimLabelCodes, conditionsOf, encounterOf, isBilled, kindOf, placesOf, servicedOf, typeOf } from './claim-parts.js';
import { isZero, moneyOf, sumOf } from './decimal.js';
import { denialOf } from './denial.js';
import { object, objects, text, type Json } from './fields.js';
import { insurerOf } from './insurers.js';
import { instantOf } from './instants.js';
import { patientOf, type Mapping } from './reading.js';

/** Each line's entries. Where a line has none of its own its details' are taken: never both, one sums up the other. */
function linesOf(resource: Json): (readonly Json[])[] {
  return [...objects(resource['item']), ...objects(resource['addItem'])].map((item) => {
    const own = objects(item['adjudication']);
    return own.length > 0 ? own : objects(item['detail']).flatMap((detail) => objects(detail['adjudication']));
  });
}

type Sums = ReadonlyMap<Figure, Money | null>;
function sumsOf(entries: readonly Json[], path: string): Sums {
  const amounts = new Map<Figure, Money[]>();
  for (const entry of entries) {
    const meaning = entry['amount'] === undefined ? null : meaningOf(entry);
    const amount = meaning === null ? null : moneyOf(entry['amount'], path);
    if (meaning === null || amount === null) continue;
    const list = amounts.get(meaning);
    if (list) list.push(amount);
    else amounts.set(meaning, [amount]);
  }
  return new Map([...amounts].map(([figure, list]) => [figure, sumOf(list)]));
}

const takenBack: readonly string[] = ['entered-in-error', 'cancelled'];
const undecided: readonly string[] = ['queued', 'error'];
const decides = (resource: Json): boolean => resource['status'] !== 'draft' && !undecided.includes(text(resource['outcome']) ?? '');

export const readAdjudication: Mapping = (reading) => {
  const { resource, type, key, sourceUpdatedAt, references } = reading;
  if (!isBilled(resource)) return 'notTaken';
  const named = references.toOneOf(resource[type === 'ClaimResponse' ? 'request' : 'claim'], ['Claim']);
  const decided = decides(resource);
  if (takenBack.includes(text(resource['status']) ?? '') || (named !== null && !decided)) return 'deleted';
  const patient = patientOf(reading, 'patient');
  const insurer = insurerOf(reading);
  const lines = linesOf(resource);
  const levels = [
    sumsOf(lines.flat(), `${type}.item.adjudication.amount`),
    sumsOf(objects(resource['adjudication']), `${type}.adjudication.amount`),
    sumsOf(objects(resource['total']), `${type}.total.amount`),
  ];
  const figure = (name: Figure): Money | null => levels.find((level) => level.has(name))?.get(name) ?? null;
  const payment = object(resource['payment']);
  const paid = moneyOf(payment?.['amount'], `${type}.payment.amount`) ?? figure('paid');
  const labelCodes = claimLabelCodes(reading);
  const conditions = conditionsOf(reading);
  const places = placesOf(reading);
  const adjudication: AdjudicationRecord = {
    kind: 'adjudication',
    key,
    sourceUpdatedAt,
    labelCodes,
    patient,
    claim: named ?? key,
    ...places,
    adjudicatedAt: instantOf(resource['created']) ?? instantOf(payment?.['date']),
    allowed: figure('allowed'),
    paid,
    patientOwes: figure('liability') ?? figure('share'),
    ...denialOf(resource, lines, paid !== null && !isZero(paid)),
    insurer: insurer.insurer,
    conditions,
  };
  if (named !== null) return [adjudication];
  const claim: ClaimRecord = {
    kind: 'claim',
    key,
    sourceUpdatedAt,
    labelCodes,
    patient,
    claimKind: kindOf(resource),
    status: text(resource['status']),
    type: typeOf(resource),
    ...servicedOf(resource),
    encounter: encounterOf(reading),
    ...places,
    ...insurer,
    billed: levels[2]?.get('submitted') ?? figure('submitted'),
    conditions,
  };
  return decided ? [claim, adjudication] : [claim];
};
