/** The test of decisions is itself proven by mutants: of every statement that is sent one predicate is taken out, wherever it
 *  stands, and hub and reference must then disagree. What keeps a thing back twice is taken out twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorNamed, withoutEvery, type Operator } from '../read/mutants.js';
import { chosenSeed } from '../support/seed.js';
import { paths } from './no-oracle/paths.js';
import { openRoom, type Flight, type Room } from './no-oracle/room.js';
import { caughtOn } from './no-oracle/run.js';

/** They prove the test, not the gateway: one world will do, and the same each time. */
const seed = chosenSeed(1);
let room: Room;
const asItIs = (flight: Flight): Flight => flight;
beforeAll(async () => {
  room = await openRoom(seed);
});
afterEach(() => {
  room.alter = asItIs;
});
afterAll(() => room.close());

/** What is true anyway is no predicate; but a parameter that a statement does not use is an error. */
const harmless = ({ put, ...operator }: Operator): Operator => ({
  ...operator,
  put: (...found) => (put(...found) === 'true' ? `(${found[0]} or true)` : put(...found)),
});

/** Taken out, and how many statements had it: a mutant of nothing proves nothing. */
function mutate(operator: Operator): { readonly altered: () => number } {
  let altered = 0;
  room.alter = (flight) => {
    const text = withoutEvery(harmless(operator), flight.text);
    if (text !== flight.text) altered += 1;
    return { ...flight, text };
  };
  return { altered: () => altered };
}

const mutants: readonly Operator[] = [
  ...[
    'who holds a case',
    'whose departments share a case',
    'that a case is open',
    'certainty of a link',
    'the mask of a row',
    'the CASE of a masked row',
    'the CASE of a value made from masked rows',
    'the filter of masked rows',
    'the CASE of a relation',
    'the predicate of a relation',
  ].map(operatorNamed),
  { name: 'the days after closing', finds: /make_interval\(days => \d+\)/g, put: () => 'make_interval(days => 36500)' },
  { name: 'the facility of a case', finds: /\w+\.facility_id = \$\d+::bigint/g, put: () => 'true' },
  { name: 'when a grant ends', finds: /\w+\.expires_at > now\(\)/g, put: () => 'true' },
  { name: 'that a grant was taken back', finds: /\w+\.revoked_at is null/g, put: () => 'true' },
  { name: 'the person of a grant', finds: /\bg\.person_id = [\w.]+/g, put: () => 'true' },
  { name: 'the records that a grant was given for', finds: /\w+\.patient_record_id <> all\(\w+\.record_ids\)/g, put: () => 'false' },
  { name: 'that a case tells when it came in', finds: /then (\w+\.received_at) else '-infinity'::timestamptz end/g, put: (_all, at = '') => `then ${at} else ${at} end` }, // prettier-ignore
  { name: 'the patient of a decision', finds: / and (j|a)\.patient_record_id = \w+\.patient_record_id/g, put: () => '' },
  { name: 'the whole of a value that is searched', finds: /v\.(value|digits) = (\$\d+::text)/g, put: (_all, column = '', value = '') => `v.${column} like ${value} || '%'` }, // prettier-ignore
  { name: 'that a filter asks who may read what it asks of', finds: / and (\(\(\w+\.label_mask <> 0 or \(\w+\.kind)/g, put: (_all, what = '') => ` or ${what}` }, // prettier-ignore
];

describe(`in the hospital that HUB_TEST_SEED=${seed} makes`, () => {
  it('hub and reference agree while nothing is taken out', async () => {
    expect(await caughtOn(room, paths, { share: 0.3 })).toBeNull();
  });

  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s is missed where it is taken out', async (name, mutant) => {
    const { altered } = mutate(mutant);
    const caught = await caughtOn(room, paths);
    expect({ name, altered: altered() > 0, caught }).toEqual({ name, altered: true, caught: expect.any(String) });
  });
});

describe('the settings of row-level security', () => {
  const bitsOf = (hidden: number): number[] => Array.from({ length: 30 }, (_, bit) => bit).filter((bit) => (hidden & (1 << bit)) !== 0);

  it('without the bit of any label that hides are missed', async () => {
    let bits: number[] = [];
    room.alter = (flight) => {
      bits = bitsOf(flight.hidden);
      return flight;
    };
    await caughtOn(room, paths.slice(0, 1), { share: 0.1 });
    expect(bits.length).toBeGreaterThan(0);
    for (const bit of bits) {
      room.alter = (flight) => ({ ...flight, hidden: flight.hidden & ~(1 << bit) });
      expect([bit, await caughtOn(room, paths)]).toEqual([bit, expect.any(String)]);
    }
  });

  const ownGrant: Operator = { name: 'whose grant it is', finds: /\b(?:g|mine)\.user_id = \$\d+::bigint/g, put: () => 'true' };

  it("keep others' grants back, as the statement does: only without both are they missed", async () => {
    const { altered } = mutate(ownGrant);
    expect(await caughtOn(room, paths.slice(0, 3), { share: 0.5 })).toBeNull();
    expect(altered()).toBeGreaterThan(0);
    const all = paths.filter(({ name }) => name === 'patient(id)' || name === 'patient { lists }');
    room.alter = (flight) => ({ ...flight, reviews: true });
    expect(await caughtOn(room, all, { share: 0.5 })).toBeNull();
    room.alter = (flight) => ({ ...flight, reviews: true, text: withoutEvery(harmless(ownGrant), flight.text) });
    expect(await caughtOn(room, all)).toEqual(expect.any(String));
  });
});
