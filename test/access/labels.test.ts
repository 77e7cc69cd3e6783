/** Codes to labels: expected by hand from HL7's sensitivity tree, ICD-10-CM's chapters and 42 CFR 2.11. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, expect } from '@jest/globals';
import { packageRoot } from '../../src/kernel/index.js';
import { labelNames, readLabelRules } from '../../src/access/label-rules.js';
import { emptyFolder } from '../support/empty-folder.js';

const rules = readLabelRules(join(packageRoot, 'schema/policy/labels.yaml'));
const namesOf = (...codes: string[]): string[] => labelNames(rules, rules.maskOf(codes)).sort();
const icd = (code: string): string => `http://hl7.org/fhir/sid/icd-10-cm|${code}`;
const security = (code: string): string => `http://terminology.hl7.org/CodeSystem/v3-ActCode|${code}`;

describe('sensitivity labels', () => {
  it.each([
    ['an ordinary diagnosis carries none', [icd('I10')], []],
    ['opioid dependence is substance use', [icd('F11.20')], ['BH', 'SUD']],
    ['tobacco is not substance use under Part 2', [icd('F17.210')], []],
    ['depression is mental health', [icd('F32.9')], ['BH', 'MH']],
    ['dementia is not mental health', [icd('F03.90')], []],
    ['HIV disease', [icd('B20')], ['HIV']],
    ['HIV infection without symptoms', [icd('Z21')], ['HIV']],
    ['HIV in pregnancy, by its prefix', [icd('O98.711')], ['HIV']],
    ['another infection in pregnancy is no HIV', [icd('O98.811')], []],
    ['SNOMED HIV infection', ['http://snomed.info/sct|86406008'], ['HIV']],
    ['a source says psychiatry', [security('PSY')], ['BH', 'PSY']],
    ['a source says psychotherapy note', [security('PSYTHPN')], ['BH', 'PSYTHPN']],
    ['a source says opioid use: taken for a program', [security('OPIOIDUD')], ['BH', 'PART2', 'SUD']],
    ['a source says alcohol use, in the words of STU3', ['http://hl7.org/fhir/v3/ActCode|ETH'], ['BH', 'PART2', 'SUD']],
    ['a source names the law', [security('42CFRPart2')], ['BH', 'PART2', 'SUD']],
    ['several codes add up', [icd('B20'), icd('F32.9'), icd('I10')], ['BH', 'HIV', 'MH']],
    ['an ICD code without its dot, in small letters', [icd('f1120')], ['BH', 'SUD']],
    ['the same letters in a system not known', ['http://example.org/codes|F32.9'], []],
    ['no codes', [], []],
  ])('%s', (_title, codes, names) => {
    expect(namesOf(...codes)).toEqual(names);
  });

  it('keeps each label at the bit it has had since it was first stored', () => {
    expect(Object.fromEntries(rules.labels.map(({ name, bit }) => [name, bit]))).toEqual({
      PART2: 0,
      SUD: 1,
      MH: 2,
      PSY: 3,
      PSYTHPN: 4,
      HIV: 5,
      BH: 6,
      RESTRICTED: 28,
      VERY_RESTRICTED: 29,
    });
  });

  it('knows the programs whose every visit is covered, whatever its codes, under the name that each system gives them', () => {
    const marks = new Map(rules.programs.map(({ name, mask }) => [name, labelNames(rules, mask).sort().join(' ')]));
    for (const name of ['zz harbor recovery program', 'zz harbor recovery', 'dept 300 harbor recovery'])
      expect(marks.get(name)).toBe('BH PART2 SUD');
  });
});

describe('a label file that contradicts itself', () => {
  const read = (labels: string): (() => unknown) => {
    const file = join(emptyFolder(), 'labels.yaml');
    writeFileSync(file, `systems:\n  security: [urn:s]\n  icd10: [urn:i]\nlabels:\n${labels}`);
    return () => readLabelRules(file);
  };
  const row = (rest: string): string => `  - { means: m, citation: c, verified: false, ${rest} }\n`;

  it('is refused, each problem on its line', () => {
    expect(read(row('name: A, bit: 1') + row('name: B, bit: 1, parent: C'))).toThrow(
      "policy/labels.yaml:6 labels[1].bit: another label has bit 1\npolicy/labels.yaml:6 labels[1].parent: no label is called 'C'",
    );
  });
  it('is refused where a label is its own ancestor', () => {
    expect(read(row('name: A, bit: 1, parent: B') + row('name: B, bit: 2, parent: A'))).toThrow(
      'labels[0].parent: the label is its own ancestor',
    );
  });
  it('is refused where a code row says neither code, prefix nor range', () => {
    expect(read(row('name: A, bit: 1, codes: [{ system: icd10 }]'))).toThrow(
      'labels[0].codes[0]: expected one of code, prefix, or from and to',
    );
  });
  it('is named where it is not there', () => {
    expect(() => readLabelRules('/nowhere/policy/labels.yaml')).toThrow('policy/labels.yaml: expected a file that can be read, found none');
  });
  it('may not use the bit that means "not yet known"', () => {
    expect(read(row('name: A, bit: 30'))).toThrow('expected a whole number from 0 to 29');
  });
});
