/** schema/clocks/README.md says what the rows say: made from them, checked in, and every row is in it. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeClocks, loadCaseRules } from '../../src/cases/index.js';
import { packageRoot } from '../../src/kernel/index.js';

const { clocks } = loadCaseRules();
const readme = readFileSync(join(packageRoot, 'schema/clocks/README.md'), 'utf8');
const [active = '', known = ''] = readme.split('## Known, and not active');
const rowOf = (part: string, id: string): string[] =>
  part
    .split('\n')
    .filter((line) => line.startsWith(`| \`${id}\` |`))
    .flatMap((line) => line.split(' | '));

describe('schema/clocks/README.md', () => {
  it('is what the rows make: after a change, write it anew with `npm run hub -- clocks readme`', () => {
    expect(readme).toBe(describeClocks(clocks));
  });

  it('has one line for each row, among those that run or among those that do not, with its citation and how well it is known', () => {
    for (const clock of clocks) {
      const [here, there] = clock.active ? [active, known] : [known, active];
      expect(rowOf(there, clock.id)).toEqual([]);
      expect(rowOf(here, clock.id)).toHaveLength(12);
      expect(rowOf(here, clock.id)).toContain(clock.citation);
      expect(rowOf(here, clock.id)).toContain(clock.evidence === 'verified' ? '**verified**' : clock.evidence);
    }
  });

  it('says of the reply to a grievance what a reviewer has to know', () => {
    expect(rowOf(active, 'us.cms.hospital.reply').slice(1, 11)).toEqual([
      'when it is received',
      'reply',
      '7 calendar days',
      'A status letter tells the person that work continues and names the new date; repeatable.',
      'GRIEVANCE',
      'US',
      '42-CFR-482',
      '42 CFR 482.13(a)(2); SOM Appendix A, A-0122',
      'secondary',
      'yes',
    ]);
  });
});
