/** What the three systems say of the same people, as FHIR: who is named how, which amounts add up, what refers to what. */
import { describe, it, expect } from '@jest/globals';
import { demoSystems, generatePeople, type Resource } from '../../src/sandbox/index.js';

const today = '2026-11-20';
const people = [...generatePeople({ seed: 42, count: 120, today })];

interface Amount {
  value: number;
}
interface Wire {
  id: string;
  type?: { coding: { code: string }[] };
  identifier?: { system: string; value: string; type?: { coding: { code: string }[] } }[];
  meta: { versionId: string; lastUpdated: string; security?: { code: string }[] };
  item?: {
    net: Amount;
    encounter: { identifier: { value: string } }[];
    adjudication: { category: { coding: { code: string }[] }; amount: Amount; reason?: { text: string } }[];
  }[];
  total?: Amount;
  claim?: { reference: string };
  request?: { reference: string };
  payment?: { amount: Amount };
  disposition?: string;
  serviceProvider?: { display: string };
  extension?: { url: string; valueInteger?: number; extension?: { url: string; valueMoney?: Amount }[] }[];
  status?: string;
  cancelationReason?: object;
}

const told = new Map<string, Wire[]>();
for (const { name, records } of demoSystems) {
  for (const resource of records(people, today)) {
    const key = `${name} ${resource.resourceType}`;
    told.set(key, [...(told.get(key) ?? []), JSON.parse(JSON.stringify(resource)) as Wire & Resource]);
  }
}
const all = (key: string): Wire[] => told.get(key) ?? [];
const mills = (amount: Amount): number => Math.round(amount.value * 1000);
const parts = (eob: Wire, ...codes: string[]): number =>
  (eob.item ?? [])
    .flatMap(({ adjudication }) => adjudication)
    .filter(({ category }) => codes.includes(category.coding[0]?.code ?? ''))
    .reduce((sum, { amount }) => sum + mills(amount), 0);

describe('the three systems', () => {
  it('serve only types that they say they supply, and no id twice', () => {
    for (const { name, types } of demoSystems) {
      const keys = [...told.keys()].filter((key) => key.startsWith(`${name} `));
      expect(keys.sort()).toEqual(types.map((type) => `${name} ${type}`).sort());
      for (const key of keys) expect(new Set(all(key).map(({ id }) => id)).size).toBe(all(key).length);
    }
  });

  it('tell nothing that was last changed after today', () => {
    for (const resources of told.values())
      for (const { meta } of resources) expect(meta.lastUpdated <= '2026-11-20T17:00:00.000Z').toBe(true);
  });

  it('know a person under different numbers: MR and SS, PI and MR, AN with SS and MB', () => {
    const kinds = (key: string) =>
      new Set(all(key).flatMap(({ identifier }) => (identifier ?? []).map(({ type }) => type?.coding[0]?.code)));
    expect(kinds('ehr Patient')).toEqual(new Set(['MR', 'SS']));
    expect(kinds('scheduling Patient')).toEqual(new Set(['PI', 'MR']));
    expect(kinds('billing Patient')).toEqual(new Set(['AN', 'SS', 'MB']));
  });

  it('name in every claim line a visit number that the EHR knows', () => {
    const visits = new Set(all('ehr Encounter').map(({ identifier }) => identifier?.[0]?.value));
    for (const { item } of all('billing Claim'))
      for (const { encounter } of item ?? []) expect(visits.has(encounter[0]?.identifier.value)).toBe(true);
  });

  it('answer claims that exist, but never a pharmacy claim', () => {
    const claims = new Map(all('billing Claim').map((claim) => [`Claim/${claim.id}`, claim]));
    for (const { claim } of all('billing ExplanationOfBenefit'))
      expect(claims.get(claim?.reference ?? '')?.type?.coding[0]?.code).not.toBe('pharmacy');
    expect([...claims.values()].some(({ type }) => type?.coding[0]?.code === 'pharmacy')).toBe(true);
    for (const { request } of all('billing PaymentNotice')) expect(claims.has(request?.reference ?? '')).toBe(true);
  });

  it('bill the sum of the lines', () => {
    for (const { item, total } of all('billing Claim'))
      expect((item ?? []).reduce((sum, { net }) => sum + mills(net), 0)).toBe(mills(total ?? { value: -1 }));
  });

  it("split every charge that was not denied into discount, the person's share and what was paid", () => {
    const paid = all('billing ExplanationOfBenefit').filter(({ disposition }) => disposition === 'Processed');
    for (const eob of paid) {
      expect(parts(eob, 'submitted')).toBe(parts(eob, 'discount', 'deductible', 'copay', 'coinsurance', 'benefit'));
      expect(parts(eob, 'eligible')).toBe(parts(eob, 'deductible', 'copay', 'coinsurance', 'benefit'));
      expect(parts(eob, 'benefit')).toBe(mills(eob.payment?.amount ?? { value: -1 }));
    }
  });

  it('deny about six claims in a hundred, with a reason, and pay nothing for them', () => {
    const answers = all('billing ExplanationOfBenefit');
    const denied = answers.filter(({ disposition }) => disposition === 'Denied');
    expect(denied.length / answers.length).toBeGreaterThan(0.035);
    expect(denied.length / answers.length).toBeLessThan(0.085);
    for (const eob of denied) {
      expect(parts(eob, 'eligible', 'benefit')).toBe(0);
      expect(eob.item?.[0]?.adjudication.find(({ reason }) => reason)?.reason?.text).toMatch(/^(CO|PR)-\d+ /);
    }
  });

  it("say the person's share in one figure too, nothing where the denial is the hospital's to bear", () => {
    for (const eob of all('billing ExplanationOfBenefit')) {
      expect(parts(eob, 'memberliability')).toBe(parts(eob, 'deductible', 'copay', 'coinsurance', 'noncovered'));
    }
  });

  it('write amounts as exact decimals, a few with three places', () => {
    const written = all('billing Claim').flatMap(({ item }) => (item ?? []).map(({ net }) => String(net.value)));
    for (const amount of written) expect(amount).toMatch(/^\d+(\.\d{1,3})?$/);
    expect(written.some((amount) => /\.\d{3}$/.test(amount))).toBe(true);
  });

  it("say what is owed by the extension for R5's Account.balance", () => {
    const owed = all('billing Account').map(
      ({ extension }) => extension?.[0]?.extension?.find(({ url }) => url === 'amount')?.valueMoney?.value ?? -1,
    );
    expect(owed.every((amount) => amount >= 0)).toBe(true);
    expect(owed.some((amount) => amount > 0)).toBe(true);
  });

  it('count the moves of a booking in a later version of it, and say why one was cancelled', () => {
    const moved = all('scheduling Appointment').filter(({ extension }) =>
      extension?.some(({ valueInteger }) => valueInteger !== undefined),
    );
    expect(moved.length).toBeGreaterThan(0);
    for (const { meta } of moved) expect(Number(meta.versionId)).toBeGreaterThan(1);
    for (const { status, cancelationReason } of all('scheduling Appointment'))
      expect(cancelationReason !== undefined).toBe(status === 'cancelled');
  });

  it("label most visits to the recovery program, and leave some that only the program's name gives away", () => {
    const visits = all('ehr Encounter').filter(({ serviceProvider }) => serviceProvider?.display === 'Zz Harbor Recovery Program');
    expect(visits.some(({ meta }) => meta.security?.some(({ code }) => code === 'SUD'))).toBe(true);
    expect(visits.some(({ meta }) => meta.security === undefined)).toBe(true);
  });
});
