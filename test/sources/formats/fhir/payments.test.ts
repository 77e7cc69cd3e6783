/** Payments and balances: which claim a payment is for, and what a patient still owes. */
import { describe, expect, it } from '@jest/globals';
import { only, read, recordsOf } from '../../reading.js';
import { patient, usd } from './billing-resources.js';

describe('payments and balances', () => {
  it('a notice pays the claim it requests', () => {
    const notice = {
      resourceType: 'PaymentNotice',
      id: 'zz-n',
      status: 'active',
      request: { reference: 'Claim/zz-c' },
      created: '2026-01-02',
      paymentDate: '2026-01-01',
      amount: { value: 12500, currency: 'USD' },
      payment: { display: 'Zz Mutual' },
    };
    expect(only('payment', notice)).toMatchObject({
      patient: null,
      claim: 'Claim/zz-c',
      at: '2026-01-01',
      amount: usd('12500'),
      payer: 'Zz Mutual',
    });
    expect(read({ ...notice, status: 'cancelled' })).toEqual({ outcome: 'deleted', key: 'PaymentNotice/zz-n' });
  });

  it('a reconciliation is one payment for each claim it names', () => {
    const amount = { value: 1, currency: 'USD' };
    const detail = [
      { request: { reference: 'Claim/zz-a' }, date: '2026-01-01', amount },
      { amount },
      { request: { reference: 'Claim/zz-b' }, amount },
    ];
    const found = recordsOf(
      read({
        resourceType: 'PaymentReconciliation',
        id: 'zz-p',
        paymentDate: '2026-01-05',
        detail,
        paymentIssuer: { display: 'Zz Mutual' },
      }),
    );
    expect(found).toMatchObject([
      { key: 'PaymentReconciliation/zz-p#1', claim: 'Claim/zz-a', at: '2026-01-01', payer: 'Zz Mutual' },
      { key: 'PaymentReconciliation/zz-p#3', claim: 'Claim/zz-b', at: '2026-01-05' },
    ]);
    expect(read({ resourceType: 'PaymentReconciliation', id: 'zz-p', detail: [{ amount }] })).toEqual({
      outcome: 'notTaken',
      type: 'PaymentReconciliation',
    });
  });

  const balance = (value: number, aggregate?: string, estimate = false) => ({
    url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance',
    extension: [
      ...(aggregate ? [{ url: 'aggregate', valueCodeableConcept: { coding: [{ code: aggregate }] } }] : []),
      { url: 'estimate', valueBoolean: estimate },
      { url: 'amount', valueMoney: { value, currency: 'USD' } },
    ],
  });
  const account = (more: object) =>
    only('account', {
      resourceType: 'Account',
      id: 'zz-a',
      status: 'active',
      subject: [{ reference: 'Practitioner/zz' }, patient],
      ...more,
    });

  it('an account’s balance is the patient’s own part, firm before estimated', () => {
    expect(account({ extension: [balance(100, 'insurance'), balance(40.5, 'patient'), balance(140.5, 'total')] })).toMatchObject({
      patient: 'Patient/zz-1',
      balance: usd('40.5'),
    });
    expect(account({ extension: [balance(99, 'patient', true), balance(140, 'total')] }).balance).toEqual(usd('140'));
    expect(account({ extension: [balance(7)] }).balance).toEqual(usd('7'));
    expect(account({}).balance).toBeNull();
  });

  it('an account entered in error is gone, whoever it was for', () => {
    expect(read({ resourceType: 'Account', id: 'zz-a', status: 'entered-in-error' })).toEqual({ outcome: 'deleted', key: 'Account/zz-a' });
  });

  it('an invoice is owed while issued, nothing once balanced, gone when cancelled', () => {
    const invoice = (status: string) => ({
      resourceType: 'Invoice',
      id: 'zz-i',
      status,
      subject: patient,
      totalNet: { value: 40, currency: 'EUR' },
      totalGross: { value: 48, currency: 'EUR' },
    });
    expect(only('account', invoice('issued')).balance).toEqual({ amount: '48', currency: 'EUR' });
    expect(only('account', invoice('balanced')).balance).toEqual({ amount: '0', currency: 'EUR' });
    expect(only('account', invoice('draft')).balance).toBeNull();
    expect(read(invoice('cancelled')).outcome).toBe('deleted');
  });
});
