/** Properties of consents over made-up ones: the database never denies less than a small reference that decides row by row, and
 *  the same wherever labels do not overlap; no consent shows more than none; the order of arrival does not matter. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { phiClasses } from '../../src/kernel/index.js';
import { hubSchema, labels as known, testPolicy } from '../support/gateway.js';
import { everyField } from '../support/whole-document.js';
import { denies, type RowOf, type Rule } from './consent-reference.js';
import { openConsentRoom, type ConsentRoom } from './consent-room.js';

let room: ConsentRoom;
beforeAll(async () => {
  room = await openConsentRoom();
});
afterEach(() => room.forget());
afterAll(() => room.close());

const rules = testPolicy.consent.argumentFor('HOPERAT');
const met: Record<Rule['met'], object> = {
  yes: { purpose: [{ code: 'HOPERAT' }] },
  no: { purpose: [{ code: 'HRESCH' }] },
  unknown: { actor: [{ reference: { reference: 'Organization/unheard' } }] },
};
const provisionOf = (rule: Rule): object => ({
  type: rule.type,
  ...met[rule.met],
  ...(rule.types.length > 0 ? { class: rule.types.map((code) => ({ code })) } : {}),
  ...(rule.labels.length > 0 ? { securityLabel: rule.labels.map((code) => ({ code })) } : {}),
  provision: rule.below.map(provisionOf),
});

const ruleOf = (labelled: boolean, depth: number): fc.Arbitrary<Rule> =>
  fc.record({
    type: fc.constantFrom('deny' as const, 'permit' as const),
    met: fc.constantFrom('yes' as const, 'yes' as const, 'no' as const, 'unknown' as const),
    types: fc.uniqueArray(fc.constantFrom('Appointment' as const, 'Coverage' as const, 'Zz-Unheard' as const), { maxLength: 2 }),
    labels: labelled
      ? fc.uniqueArray(fc.constantFrom('HIV' as const, 'SUD' as const, 'N' as const, 'R' as const, 'Zz' as const), { maxLength: 2 })
      : fc.constant([]),
    below: depth === 0 ? fc.constant([]) : fc.array(ruleOf(labelled, depth - 1), { maxLength: 2 }),
  });
const rows: readonly RowOf[] = (['SCHEDULING', 'COVERAGE', 'NARRATIVE'] as const).flatMap((phi) =>
  (
    [
      [],
      ['HIV'],
      ['SUD'],
      ['HIV', 'SUD'],
      ['RESTRICTED'],
      ['RESTRICTED', 'VERY_RESTRICTED'],
      ['HIV', 'RESTRICTED', 'VERY_RESTRICTED'],
    ] as const
  ).map((labels) => ({ phi, labels })),
);
const maskOf = ({ labels }: RowOf): number =>
  known.filter(({ name }) => (labels as readonly string[]).includes(name)).reduce((mask, { bit }) => mask | (1 << bit), 0);

function deniedBy(denials: number[] | null, row: RowOf): boolean {
  const mask = denials?.[phiClasses.indexOf(row.phi)] ?? 0;
  return mask < 0 || (mask & maskOf(row)) !== 0;
}

describe('a consent made up', () => {
  it('without labels denies what the reference denies, no more and no less', async () => {
    await fc.assert(
      fc.asyncProperty(ruleOf(false, 3), async (rule) => {
        await room.arrives('c', { provision: provisionOf(rule) });
        const denials = await room.denials({ rules });
        for (const row of rows) expect([row, deniedBy(denials, row)]).toEqual([row, denies(rule, row)]);
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  it('with labels never denies less than the reference', async () => {
    let agreed = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(ruleOf(true, 3), async (rule) => {
        await room.arrives('c', { provision: provisionOf(rule) });
        const denials = await room.denials({ rules });
        for (const row of rows) {
          const expected = denies(rule, row);
          if (expected) expect([row, deniedBy(denials, row)]).toEqual([row, true]);
          asked += 1;
          if (expected === deniedBy(denials, row)) agreed += 1;
        }
      }),
      { numRuns: 600 },
    );
    // It may deny more where two labels overlap; seldom.
    expect(agreed / asked).toBeGreaterThan(0.97);
  }, 120_000);

  it('shows nothing that is not shown without it', async () => {
    const document = `query ($id: ID!) { patient(id: $id) ${everyField(hubSchema, 'Patient', { depth: 3 })} }`;
    const variables = { id: `pat_${room.story.maria.uid}` };
    const seen = (value: unknown, path = ''): string[] =>
      value === null || typeof value !== 'object'
        ? value === null
          ? []
          : [`${path}=${String(value)}`]
        : Object.entries(value).flatMap(([key, part]) => (key === 'withheld' ? [] : seen(part, Array.isArray(value) ? path : `${path}.${key}`))); // prettier-ignore
    const without = new Set(seen((await room.gateway.ask(room.advocate, document, variables)).data));
    let less = 0;
    await fc.assert(
      fc.asyncProperty(ruleOf(true, 2), async (rule) => {
        await room.arrives('c', { provision: provisionOf(rule) });
        const answer = await room.gateway.ask(room.advocate, document, variables);
        const more = seen(answer.data).filter((one) => !without.has(one));
        // A list that is withheld has no next page.
        expect(more.filter((one) => !/pageInfo/.test(one))).toEqual([]);
        if (seen(answer.data).length < without.size) less += 1;
      }),
      { numRuns: 60 },
    );
    expect(less).toBeGreaterThan(10);
  }, 120_000);
});

describe('consents that arrive in any order, once or twice', () => {
  it('deny the same', async () => {
    const consents = fc.array(
      fc.record({ id: fc.constantFrom('a', 'b', 'c'), day: fc.integer({ min: 1, max: 3 }), rule: ruleOf(true, 1), version: fc.integer({ min: 1, max: 4 }), active: fc.boolean() }), // prettier-ignore
      { minLength: 2, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        // Of one document a version says one thing.
        consents.map((all) => [...new Map(all.map((one) => [`${one.id}${one.version}`, one])).values()]),
        fc.infiniteStream(fc.nat()),
        async (all, pick) => {
          const resource = (one: (typeof all)[number]) => ({
            dateTime: `2026-02-0${one.day}T00:00:00Z`,
            status: one.active ? 'active' : 'inactive',
            meta: { lastUpdated: `2026-03-0${one.version}T00:00:00Z` },
            provision: provisionOf(one.rule),
          });
          await room.forget();
          for (const one of all) await room.arrives(one.id, resource(one));
          const inOrder = await room.denials({ rules });
          await room.forget();
          const order = [...all, ...all].map((one) => ({ one, at: pick.next().value as number })).sort((a, b) => a.at - b.at);
          for (const { one } of order) await room.arrives(one.id, resource(one));
          expect(await room.denials({ rules })).toEqual(inOrder);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});
