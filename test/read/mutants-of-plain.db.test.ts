/** Plain statements answer where nobody is bound by a consent and no glass is broken (src/read/plain.ts): in a hospital like that
 *  each of their predicates is taken out in turn, too; and where it is not like that, what they look for. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstFault, openMutantHospital, questionsTo, unnoticedIn, type MutantHospital } from './mutant-hospital.js';
import { isPlain, mutantsOf, whatPlainTakes } from './mutants.js';

const documents = ['a person', 'the context of a call', 'the line of time', 'the worklist'];

describe('where nobody is bound', () => {
  let hospital: MutantHospital;
  beforeAll(async () => {
    hospital = await openMutantHospital({ agreements: false, grants: false });
  });
  afterAll(() => hospital.close());

  it('the statements as they are answer nobody what they must not', async () => {
    for (const name of documents) {
      hospital.gateway.statements();
      expect([name, await firstFault(hospital, questionsTo(hospital.world)[name]!)]).toEqual([name, null]);
      expect([name, hospital.gateway.statements().some(isPlain)]).toEqual([name, true]);
    }
  });

  it.each(documents)(
    'a predicate that is missing is noticed in %s',
    async (name) => {
      const { mutants, unnoticed } = await unnoticedIn(hospital, name, (text) => (isPlain(text) ? mutantsOf(text) : []));
      expect(unnoticed).toEqual([]);
      expect(mutants).toBeGreaterThan(0);
    },
    300_000,
  );
});

describe('where some are bound, and one has broken the glass', () => {
  let hospital: MutantHospital;
  beforeAll(async () => {
    hospital = await openMutantHospital({ agreements: true, grants: false });
  });
  afterAll(() => hospital.close());

  it.each(documents)('a plain statement that does not look is noticed in %s', async (name) => {
    const { mutants, unnoticed } = await unnoticedIn(hospital, name, (text) => (isPlain(text) ? whatPlainTakes(text) : []));
    expect(unnoticed).toEqual([]);
    expect(mutants).toBeGreaterThan(1);
  });
});
