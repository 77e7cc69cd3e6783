/** The order in which rows arrive and jobs run does not matter: a whole patient in both systems, shuffled many times. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adjudication, claim, condition, encounter, payment, record, visitNumber } from './label-rows.js';
import { labelWorld } from './label-world.js';
import { icd, security, type Row } from './story.js';

const { clear, come, finish, labels, linkBoth, settle, work } = labelWorld();

/** One patient in both systems: own and foreign visits, conditions of all kinds, two decisions on one claim. */
// prettier-ignore
const patient: readonly Row[] = [
  record('ehr'), record('billing', [security('MH')]),
  encounter('1', [], { identifiers: ['urn:visit|V1'] }), encounter('2', [security('OPIOIDUD')], { identifiers: ['urn:visit|V2'] }), encounter('3', [icd('I10')], { identifiers: ['urn:visit|V3'] }),
  condition('1', [icd('B20')], 'Encounter/1'), condition('2', [icd('I10')], 'Encounter/2'), condition('3', [icd('F32.9')], visitNumber('V3')), condition('4', [icd('F41.1')], null),
  claim('ehr', '1', 'Encounter/1'), claim('ehr', '2', 'Encounter/none', { conditions: ['Condition/4', 'Condition/none'] }),
  claim('billing', '1', visitNumber('V1')), claim('billing', '2', visitNumber('V2')), claim('billing', '3', visitNumber('V3'), { codes: [icd('J45')] }), claim('billing', '4', null),
  adjudication('ehr', '1', '1', '2026-10-01T00:00:00Z'), adjudication('ehr', '2', '1', '2026-10-05T00:00:00Z'), adjudication('billing', '1', '2'), adjudication('billing', '3', 'none', '2026-10-01T00:00:00Z', [icd('B20')]),
  payment('billing', '1', '2'), payment('billing', '2', '4'),
  { table: 'coverage', source: 'billing', key: 'Coverage/1', patient: 'Patient/1' },
];

/** By hand. */
const expected = {
  'patient_record billing Patient/1': 'BH MH SPI',
  'patient_record ehr Patient/1': '',
  'encounter ehr Encounter/1': 'HIV',
  'encounter ehr Encounter/2': 'BH ETH OPIOIDUD PART2 SPI SUD',
  'encounter ehr Encounter/3': 'BH MH SPI',
  'condition ehr Condition/1': 'HIV',
  'condition ehr Condition/2': 'BH ETH OPIOIDUD PART2 SPI SUD',
  'condition ehr Condition/3': 'BH MH SPI',
  'condition ehr Condition/4': 'BH MH SPI',
  'coverage billing Coverage/1': 'BH MH SPI',
  'claim billing Claim/1': 'HIV | Encounter/1 -',
  'claim billing Claim/2': 'BH ETH OPIOIDUD PART2 SPI SUD | Encounter/2 ExplanationOfBenefit/1',
  'claim billing Claim/3': 'BH MH SPI | Encounter/3 -',
  'claim billing Claim/4': '- -',
  'claim ehr Claim/1': 'HIV | Encounter/1 ExplanationOfBenefit/2',
  'claim ehr Claim/2': 'BH MH SPI | - -',
  'adjudication billing ExplanationOfBenefit/1': 'BH ETH OPIOIDUD PART2 SPI SUD',
  'adjudication billing ExplanationOfBenefit/3': 'HIV',
  'adjudication ehr ExplanationOfBenefit/1': 'HIV',
  'adjudication ehr ExplanationOfBenefit/2': 'HIV',
  'payment billing PaymentNotice/1': 'BH ETH OPIOIDUD PART2 SPI SUD',
  'payment billing PaymentNotice/2': '',
};

describe('whatever the order in which rows arrive and jobs run', () => {
  it('the labels are the same in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...patient], { minLength: patient.length }),
        fc.integer({ min: 0, max: patient.length }),
        fc.infiniteStream(fc.nat({ max: 1000 })),
        async (rows, linkedAfter, dice) => {
          await clear();
          const roll = (): number => Number(dice.next().value);
          const choose = (many: number): number => (many === 0 ? 0 : roll() % many);
          for (const [at, row] of rows.entries()) {
            await come(row);
            if (at === linkedAfter) await linkBoth();
            await work(choose, roll() % 3);
            if (roll() % 10 === 0) await settle();
          }
          await linkBoth();
          await work(choose);
          await finish('ehr');
          await finish('billing');
          await settle();
          await work(choose);
          expect(await labels()).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });
});
