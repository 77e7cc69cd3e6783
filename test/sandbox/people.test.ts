/** The generator of synthetic people: the same for the same seed, marked, and known to three systems under numbers that
 *  link about nine in ten. */
import { describe, it, expect } from '@jest/globals';
import { generatePeople, generatePerson, summarizePeople } from '../../src/sandbox/index.js';

const today = '2026-11-20';
const people = [...generatePeople({ seed: 42, count: 300, today })];

describe('synthetic people', () => {
  it('are the same for the same seed and day', () => {
    expect([...generatePeople({ seed: 42, count: 20, today })]).toEqual(people.slice(0, 20));
  });

  it('are others for another seed', () => {
    expect(generatePerson(0, { seed: 43, today })).not.toEqual(people[0]);
  });

  it('carry the marker in both names, in every system', () => {
    for (const { names } of people) {
      for (const { given, family } of Object.values(names)) {
        expect(given).toMatch(/^Zz-/);
        expect(family).toMatch(/^Zz-/);
      }
    }
  });

  it('have numbers that nobody else has', () => {
    for (const number of ['mrn', 'schedulingNumber', 'accountNumber', 'memberId'] as const) {
      expect(new Set(people.map((person) => person[number])).size).toBe(300);
    }
    const withSsn = people.flatMap(({ ssn }) => ssn ?? []);
    expect(new Set(withSsn).size).toBe(withSsn.length);
  });

  it('have only numbers, phones and mail that belong to nobody real', () => {
    for (const { ssn, phone, mobile, email } of people) {
      expect(ssn ?? '999-10-1000').toMatch(/^999-\d\d-\d{4}$/);
      expect([phone, mobile].join()).toMatch(/^\(\d{3}\) 555-01\d\d,\(\d{3}\) 555-01\d\d$/);
      expect(email).toMatch(/@example\.org$/);
    }
  });

  it('share a strong identifier with the EHR in about nine records of ten', () => {
    const { linkedScheduling, linkedBilling } = summarizePeople(people);
    for (const linked of [linkedScheduling, linkedBilling]) {
      expect(linked).toBeGreaterThan(300 * 0.84);
      expect(linked).toBeLessThan(300 * 0.96);
    }
  });

  it('agree in name, but for case and accents, wherever they share an identifier', () => {
    const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    for (const { names, linked } of people) {
      if (linked.scheduling) expect(plain(names.scheduling.family)).toBe(plain(names.ehr.family));
      if (linked.billing) expect(plain(names.billing.given)).toBe(plain(names.ehr.given));
    }
  });

  it('hold two that contradict: the same number in scheduling with another birth date', () => {
    const contradicting = people.filter(({ schedulingBornOn, bornOn }) => schedulingBornOn !== bornOn);
    expect(contradicting.map(({ linked }) => linked.scheduling)).toEqual([true, true]);
    expect(summarizePeople(people).contradictions).toBe(2);
  });

  it('have a linkable social security number in the EHR wherever billing is said to link by it', () => {
    expect(people.filter(({ linked, ssn }) => linked.billing && !ssn)).toEqual([]);
  });

  it('have five to about forty visits, none begun after today at noon but the planned', () => {
    const noon = Date.parse(`${today}T17:00:00Z`); // the hospital is five hours behind UTC
    for (const { visits } of people) {
      expect(visits.length).toBeGreaterThanOrEqual(5);
      expect(visits.length).toBeLessThanOrEqual(42);
      for (const { status, startAt } of visits) expect(startAt > noon).toBe(status === 'planned');
    }
  });

  it('are not seen after they died', () => {
    const dead = people.filter(({ deceasedAt }) => deceasedAt !== undefined);
    expect(dead.length).toBeGreaterThan(0);
    for (const { deceasedAt, visits } of dead)
      for (const { startAt } of visits) expect(startAt).toBeLessThan((deceasedAt ?? 0) + 86_400_000);
  });

  it('hold sensitive problems of each kind, some without a label of their own', () => {
    const sensitive = people.flatMap(({ problems }) => problems).filter(({ sensitivity }) => sensitivity);
    expect(new Set(sensitive.map(({ sensitivity }) => sensitivity))).toEqual(new Set(['PSY', 'HIV', 'SUD']));
    expect(new Set(sensitive.map(({ labelled }) => labelled))).toEqual(new Set([true, false]));
  });
});
