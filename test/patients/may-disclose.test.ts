/** What an agreed restriction keeps from whom, and where a person may be reached. Pure. */
import { describe, expect, it } from '@jest/globals';
import { mayDisclose, whereToReach } from '../../src/patients/index.js';

const plan = { recipient: 'HEALTH_PLAN', recipientName: null, phiClasses: ['BILLING', 'CLINICAL'] } as const;
const ex = { recipient: 'NAMED', recipientName: 'Zz-José Zz-Ríos', phiClasses: ['CONTACT'] } as const;
const staff = { recipient: 'VIEWERS', recipientName: null, phiClasses: ['CLINICAL'] } as const;
const all = [plan, ex, staff];

describe('a disclosure', () => {
  it('to a health plan is restricted in the classes that were agreed (45 CFR 164.522(a)(1)(vi))', () => {
    expect(mayDisclose({ kind: 'HEALTH_PLAN', name: 'Zz-Plan' }, ['BILLING', 'COVERAGE'], all)).toEqual({
      may: false,
      restricted: ['BILLING'],
    });
    expect(mayDisclose({ kind: 'HEALTH_PLAN', name: 'Zz-Plan' }, ['COVERAGE'], all)).toEqual({ may: true });
  });
  it('to a named person is restricted however the name is written', () => {
    expect(mayDisclose({ kind: 'OTHER', name: '  zz-jose, ZZ-RIOS ' }, ['CONTACT'], all)).toEqual({ may: false, restricted: ['CONTACT'] });
    expect(mayDisclose({ kind: 'OTHER', name: 'Zz-Ana' }, ['CONTACT', 'BILLING'], all)).toEqual({ may: true });
  });
  it('to somebody without a name may be to whom it was forbidden', () => {
    expect(mayDisclose({ kind: 'OTHER', name: null }, ['CONTACT'], all)).toEqual({ may: false, restricted: ['CONTACT'] });
  });
  it('to a plan that bears a forbidden name is restricted by both', () => {
    const named = { ...ex, recipientName: 'Zz-Plan' };
    expect(mayDisclose({ kind: 'HEALTH_PLAN', name: 'Zz-Plan' }, ['CONTACT', 'BILLING', 'NARRATIVE'], [plan, named])).toEqual({
      may: false,
      restricted: ['CONTACT', 'BILLING'],
    });
  });
  it('to the patient, or by law, is never restricted', () => {
    expect(mayDisclose({ kind: 'PATIENT' }, ['CLINICAL', 'CONTACT'], all)).toEqual({ may: true });
    expect(mayDisclose({ kind: 'REQUIRED_BY_LAW' }, ['CLINICAL', 'CONTACT'], all)).toEqual({ may: true });
  });
  it('is not bound by what was agreed for the workforce', () => {
    expect(mayDisclose({ kind: 'OTHER', name: 'Zz-Ana' }, ['CLINICAL'], [staff])).toEqual({ may: true });
  });
});

describe('a person', () => {
  const home = { kind: 'postal', use: 'home', confidential: false };
  const mobile = { kind: 'phone', use: 'mobile', confidential: true };
  it('who asked for a confidential place is reached only there, whatever the means', () => {
    expect(whereToReach([home, mobile])).toEqual([mobile]);
  });
  it('who did not is reached wherever they can be, but not where they are no more', () => {
    expect(whereToReach([home, { ...home, use: 'old' }])).toEqual([home]);
    expect(whereToReach([])).toEqual([]);
  });
});
