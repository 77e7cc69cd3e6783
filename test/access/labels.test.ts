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
const cpt = (code: string): string => `http://www.ama-assn.org/go/cpt|${code}`;
const hcpcs = (code: string): string => `http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets|${code}`;
const place = (code: string): string => `https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set|${code}`;
const roleCode = (code: string): string => `http://terminology.hl7.org/CodeSystem/v3-RoleCode|${code}`;
const security = (code: string): string => `http://terminology.hl7.org/CodeSystem/v3-ActCode|${code}`;

describe('sensitivity labels', () => {
  it.each([
    ['an ordinary diagnosis carries none', [icd('I10')], []],
    ['opioid dependence is substance use', [icd('F11.20')], ['BH', 'ETH', 'OPIOIDUD', 'SPI', 'SUD']],
    ['tobacco is not substance use under Part 2', [icd('F17.210')], []],
    ['depression is mental health', [icd('F32.9')], ['BH', 'MH', 'SPI']],
    ['dementia is not mental health', [icd('F03.90')], []],
    ['HIV disease', [icd('B20')], ['HIV']],
    ['HIV infection without symptoms', [icd('Z21')], ['HIV']],
    ['HIV in pregnancy, by its prefix', [icd('O98.711')], ['HIV', 'PREGNANT']],
    ['another infection in pregnancy is no HIV', [icd('O98.811')], ['PREGNANT']],
    ['SNOMED HIV infection', ['http://snomed.info/sct|86406008'], ['HIV']],
    ['a source says psychiatry', [security('PSY')], ['BH', 'PSY', 'SPI']],
    ['a source says psychotherapy note', [security('PSYTHPN')], ['BH', 'PSYTHPN', 'SPI']],
    ['a source says opioid use: taken for a program', [security('OPIOIDUD')], ['BH', 'ETH', 'OPIOIDUD', 'PART2', 'SPI', 'SUD']],
    ['a source says alcohol use, in the words of STU3', ['http://hl7.org/fhir/v3/ActCode|ETH'], ['BH', 'ETH', 'PART2', 'SPI', 'SUD']],
    ['a source names the law', [security('42CFRPart2')], ['BH', 'PART2', 'SPI', 'SUD']],
    ['several codes add up', [icd('B20'), icd('F32.9'), icd('I10')], ['BH', 'HIV', 'MH', 'SPI']],
    ['an ICD code without its dot, in small letters', [icd('f1120')], ['BH', 'ETH', 'OPIOIDUD', 'SPI', 'SUD']],
    ['alcohol use disorder, a code of its own in the tree', [icd('F10.20')], ['BH', 'ETH', 'ETHUD', 'SPI', 'SUD']],
    ['cocaine dependence, which has none', [icd('F14.20')], ['BH', 'SPI', 'SUD']],
    ['psychotherapy that was billed', [cpt('90834')], ['BH', 'MH', 'SPI']],
    ['an office visit that was billed', [cpt('99213')], []],
    ['the service before the range, and the one after it', [cpt('90790'), cpt('90900')], []],
    ['what only an opioid treatment program bills', [hcpcs('G2067')], ['BH', 'PART2', 'SPI', 'SUD']],
    ['a substance use program, by the modifier on the bill', [hcpcs('HF')], ['BH', 'PART2', 'SPI', 'SUD']],
    ['buprenorphine depot, given in an office', [hcpcs('Q9991')], ['BH', 'ETH', 'OPIOIDUD', 'SPI', 'SUD']],
    ['a drug by its number, with hyphens', ['http://hl7.org/fhir/sid/ndc|12496-1208-03'], ['BH', 'ETH', 'OPIOIDUD', 'SPI', 'SUD']],
    ['an HIV drug by its ingredient', ['http://www.nlm.nih.gov/research/umls/rxnorm|1433868'], ['HIV']],
    ['a place of service: opioid treatment', [place('58')], ['BH', 'PART2', 'SPI', 'SUD']],
    ['a place of service: psychiatric hospital', [place('51')], ['BH', 'PSY', 'SPI']],
    ['a place of service: office', [place('11')], []],
    ['a kind of location: substance use rehabilitation', [roleCode('SURF')], ['BH', 'PART2', 'SPI', 'SUD']],
    ['violence at home, confirmed', [icd('T74.11XA')], ['SDV']],
    ['syphilis', [icd('A52.9')], ['STD']],
    ['sickle cell disease', [icd('D57.1')], ['SCA']],
    ['autism: developmental, and mental health', [icd('F84.0')], ['BH', 'DVD', 'MH', 'SPI']],
    ['thoughts of suicide are not of violence', [icd('R45.851')], ['BH', 'MH', 'SPI']],
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
      SPI: 7,
      ETH: 8,
      ETHUD: 9,
      OPIOIDUD: 10,
      COGN: 11,
      DVD: 12,
      EMOTDIS: 13,
      SDV: 14,
      SEX: 15,
      STD: 16,
      PREGNANT: 17,
      GDIS: 18,
      SCA: 19,
      VIO: 20,
      MST: 21,
      TBOO: 22,
      IDS: 23,
      RESTRICTED: 28,
      VERY_RESTRICTED: 29,
    });
  });

  it('knows the programs whose every visit is covered, whatever its codes, under the name that each system gives them', () => {
    const marks = new Map(rules.programs.map(({ name, mask }) => [name, labelNames(rules, mask).sort().join(' ')]));
    for (const name of ['zz harbor recovery program', 'zz harbor recovery', 'dept 300 harbor recovery'])
      expect(marks.get(name)).toBe('BH PART2 SPI SUD');
  });
});

describe("HL7's tree of sensitivity codes (domain: v3-ActInformationSensitivityPolicy)", () => {
  const bitOf = (name: string): number => 1 << (rules.labels.find((label) => label.name === name)?.bit ?? 31);
  /** A rule on a label is a test of its bit. */
  const caughtBy = (name: string): string[] =>
    [...leaves, 'ETH', 'HIV', 'SDV', 'GDIS'].filter((code) => (rules.maskOf([security(code)]) & bitOf(name)) !== 0);
  const leaves = ['COGN', 'DVD', 'EMOTDIS', 'MH', 'PSY', 'PSYTHPN', 'SUD', 'ETHUD', 'OPIOIDUD'];

  it('is evaluated: a rule on BH, and one on SPI, catches all that stands below', () => {
    expect(caughtBy('BH')).toEqual(expect.arrayContaining(leaves));
    expect(caughtBy('SPI')).toEqual(expect.arrayContaining(leaves));
    for (const name of ['BH', 'SPI']) for (const code of ['HIV', 'SDV', 'GDIS']) expect(caughtBy(name)).not.toContain(code);
  });
  it('is evaluated: a rule on SUD, and one on ETH, catches alcohol and opioids', () => {
    expect(caughtBy('SUD')).toEqual(['SUD', 'ETHUD', 'OPIOIDUD', 'ETH']); // ETH by way of the program it is taken for
    expect(caughtBy('ETH')).toEqual(['ETHUD', 'OPIOIDUD', 'ETH']);
  });
  it('has every code of it as a label, with a treatment in the policy', () => {
    const tree = ['ETH', 'GDIS', 'HIV', 'MST', 'PREGNANT', 'SCA', 'SDV', 'SEX', 'STD', 'TBOO', 'VIO', 'IDS', 'SPI', 'BH', ...leaves];
    expect(tree.filter((code) => rules.maskOf([security(code)]) === 0)).toEqual([]);
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
    expect(read(row('name: A, bit: 1') + row('name: B, bit: 1, parents: [C]'))).toThrow(
      "policy/labels.yaml:6 labels[1].bit: another label has bit 1\npolicy/labels.yaml:6 labels[1].parents[0]: no label is called 'C'",
    );
  });
  it('is refused where a label is its own ancestor', () => {
    expect(read(row('name: A, bit: 1, parents: [B]') + row('name: B, bit: 2, parents: [A]'))).toThrow(
      'labels[0].parents: the label is its own ancestor',
    );
  });
  it('is refused where a code row says neither code, prefix nor range', () => {
    expect(read(row('name: A, bit: 1, codes: [{ system: icd10 }]'))).toThrow(
      'labels[0].codes[0]: expected one of code, any, prefix, or from and to',
    );
  });
  it('is named where it is not there', () => {
    expect(() => readLabelRules('/nowhere/policy/labels.yaml')).toThrow('policy/labels.yaml: expected a file that can be read, found none');
  });
  it('may not use the bit that means "not yet known"', () => {
    expect(read(row('name: A, bit: 30'))).toThrow('expected a whole number from 0 to 29');
  });
});
