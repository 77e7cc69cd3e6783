/** PaymentNotice and PaymentReconciliation: money that came for a claim. Neither names a patient; the claim does. A
 *  reconciliation is one remittance for many claims: each detail that names one is a payment of its own. */
import type { PaymentRecord } from '../../../records/index.js';
import { labelCodesOf } from './coding.js';
import { moneyOf } from './decimal.js';
import { objects, text } from './fields.js';
import { dateOf } from './instants.js';
import type { Mapping } from './reading.js';

const takenBack: readonly string[] = ['entered-in-error', 'cancelled'];
/** `request` may be any resource; what is paid for is a claim, or the answer that stands for one. */
const paidFor: readonly string[] = ['Claim', 'ExplanationOfBenefit'];

export const readPaymentNotice: Mapping = ({ resource, key, sourceUpdatedAt, references }) => {
  if (takenBack.includes(text(resource['status']) ?? '')) return 'deleted';
  return [
    {
      kind: 'payment',
      key,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource),
      patient: null,
      claim: references.toOneOf(resource['request'], paidFor) ?? references.toOneOf(resource['response'], ['ExplanationOfBenefit']),
      at: dateOf(resource['paymentDate']) ?? dateOf(resource['created']),
      amount: moneyOf(resource['amount'], 'PaymentNotice.amount'),
      // The notice names no payer; the remittance that it points at is called by the payer's name.
      payer: references.named(resource['payment']),
    },
  ];
};

export const readPaymentReconciliation: Mapping = ({ resource, key, sourceUpdatedAt, references }) => {
  if (takenBack.includes(text(resource['status']) ?? '')) return 'deleted';
  const payments: PaymentRecord[] = [];
  for (const [order, detail] of objects(resource['detail']).entries()) {
    const claim = references.toOneOf(detail['request'], paidFor);
    if (claim === null) continue;
    payments.push({
      kind: 'payment',
      key: `${key}#${order + 1}`,
      sourceUpdatedAt,
      labelCodes: labelCodesOf(resource),
      patient: null,
      claim,
      at: dateOf(detail['date']) ?? dateOf(resource['paymentDate']),
      amount: moneyOf(detail['amount'], 'PaymentReconciliation.detail.amount'),
      payer: references.named(resource['paymentIssuer']),
    });
  }
  return payments.length > 0 ? payments : 'notTaken';
};
