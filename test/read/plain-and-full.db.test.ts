/** Most reads are answered by a plain statement, which takes for granted that nobody in them is bound by a consent and that the
 *  viewer has broken no glass (src/read/plain.ts). The full one says the same, in the answer and in the trail. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMutantHospital, questionsTo, viewersOf, type MutantHospital } from './mutant-hospital.js';
import { isPlain } from './mutants.js';

let hospital: MutantHospital;
beforeAll(async () => {
  hospital = await openMutantHospital({ agreements: false, grants: false });
});
afterAll(() => hospital.close());

/** The plain statement finds that it is not as it takes for granted. */
const neverPlain = (text: string): string => (isPlain(text) ? text.replace(' as p\nfrom', ' and false as p\nfrom') : text);

it.each(['a person', 'the context of a call', 'the line of time', 'the worklist'])(
  'to every viewer of %s both statements say the same',
  async (name) => {
    const { world, gateway } = hospital;
    const { document, variables } = questionsTo(world)[name]!;
    let plainly = 0;
    for (const { asking } of viewersOf(world))
      for (const given of variables) {
        const answer = async () => {
          gateway.statements();
          const { data, errors, context } = await gateway.ask(asking, document, given);
          return { said: { data, errors, touched: context.trail.touched }, sent: gateway.statements() };
        };
        const usual = await answer();
        hospital.alter = neverPlain;
        const full = await answer().finally(() => (hospital.alter = (text) => text));
        expect(full.said).toEqual(usual.said);
        if (usual.sent.length === 1 && isPlain(usual.sent[0]!)) plainly += 1;
        expect(full.sent.filter((text) => !isPlain(text))).toHaveLength(1);
      }
    expect(plainly).toBeGreaterThan(0);
  },
);
