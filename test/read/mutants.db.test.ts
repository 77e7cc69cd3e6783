/** Masks and relations are proven by mutants: of the statements that are really sent, each predicate that keeps something back
 *  is taken out in turn, and the checks below, written by hand from the rules of the API, must notice. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstFault, openMutantHospital, questionsTo, unnoticedIn, type MutantHospital } from './mutant-hospital.js';
import { isPlain, mutantsOf } from './mutants.js';

let hospital: MutantHospital;

beforeAll(async () => {
  hospital = await openMutantHospital({ agreements: true, grants: true });
});
afterAll(() => hospital.close());

const questions = () => questionsTo(hospital.world);

it('the statements as they are answer nobody what they must not', async () => {
  for (const [name, question] of Object.entries(questions())) expect([name, await firstFault(hospital, question)]).toEqual([name, null]);
});

describe('a predicate that is missing is noticed:', () => {
  it.each(['a person', 'the context of a call', 'the line of time', 'the worklist', 'a search by name'])(
    'in %s',
    async (name) => {
      const { mutants, unnoticed } = await unnoticedIn(hospital, name, (text) => (isPlain(text) ? [] : mutantsOf(text)));
      expect(unnoticed).toEqual([]);
      expect(mutants).toBeGreaterThan(0);
    },
    300_000,
  );

  it.each([
    ['PART2', 0],
    ['PSYTHPN', 4],
  ])('the setting without the bit of %s', async (_label, bit) => {
    hospital.hide = (hidden) => hidden & ~(1 << bit);
    const fault = await firstFault(hospital, questions()['a person']!).finally(() => (hospital.hide = (hidden) => hidden));
    expect(fault).toMatch(/hidden row|Zz-HIDDEN/);
  });

  it('rows whose labels are not known yet stay hidden whatever the setting says', async () => {
    hospital.hide = (hidden) => hidden & ~(1 << 30);
    const fault = await firstFault(hospital, questions()['a person']!).finally(() => (hospital.hide = (hidden) => hidden));
    expect(fault).toBeNull();
  });
});
