/** The directory file: the one that ships is whole, and a broken one says where and why. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseDirectory, readDirectory, uuidOfKey } from '../../src/directory/index.js';
import { HubError, packageRoot } from '../../src/kernel/index.js';
import { departmentList } from '../../src/sandbox/people/places.js';

const shipped = join(packageRoot, 'schema', 'directory', 'demo.yaml');

function linesOf(yaml: string): string[] {
  try {
    parseDirectory('d.yaml', yaml);
  } catch (error) {
    if (error instanceof HubError && error.code === 'RULES_INVALID') return error.message.split('\n');
    throw error;
  }
  throw new Error('the directory was taken');
}

const lines = {
  facilities: ['facilities:', '  - { key: a, name: A, timeZone: Europe/London, jurisdiction: GB-ENG, programs: [] }'],
  departments: ['departments:', '  - { key: ward, name: Ward, facility: a }'],
  users: ['users:', '  - { key: zz, name: Zz-A Zz-B, role: ADVOCATE }'],
  maps: ['maps:', '  - source: ehr', '    names: { Ward 1: ward }'],
};
/** Six rows that are right, with one line changed. */
const withLine = (number: number, line: string): string =>
  Object.values(lines)
    .flat()
    .map((right, index) => (index + 1 === number ? line : right))
    .join('\n');

describe('the directory that ships', () => {
  const seed = readDirectory(shipped);

  it('has two sites under different rules', () => {
    expect(
      seed.facilities.map(({ timeZone, jurisdiction, programs }) => [
        timeZone,
        jurisdiction,
        programs.includes('42-CFR-482'),
        programs.includes('42-CFR-485.614'),
      ]),
    ).toEqual([
      ['America/New_York', 'US-MA', true, false],
      ['America/Los_Angeles', 'US-CA', false, true],
    ]);
  });

  it('has somebody to sign in as for every role of the policy, and no role beyond it', () => {
    const { roles } = parse(readFileSync(join(packageRoot, 'schema', 'policy', 'roles.yaml'), 'utf8')) as { roles: { role: string }[] };
    const held = new Set(seed.users.filter((user) => user.active).map((user) => user.role));
    expect([...held].sort()).toEqual(roles.map(({ role }) => role).sort());
    expect(seed.users.filter(({ role, active }) => role === 'ADVOCATE' && active)).toHaveLength(3);
  });

  it('marks everybody as invented', () => {
    for (const user of seed.users) expect(user.name).toMatch(/^Zz-\S+ Zz-\S+$/);
  });

  it('knows every name that the three demo systems give a department, but not the vaccine tent', () => {
    const theirs = (source: string): string[] =>
      seed.maps
        .filter((row) => row.sourceName === source)
        .map((row) => row.theirName)
        .sort();
    const mapped = departmentList.filter(({ key }) => key !== 'vaccines');
    expect(theirs('ehr')).toEqual([...new Set(mapped.flatMap(({ ehr, room }) => [ehr, room]))].sort());
    expect(theirs('scheduling')).toEqual(mapped.map(({ scheduling }) => scheduling).sort());
    expect(theirs('billing')).toEqual(mapped.map(({ billing }) => billing).sort());
  });

  it('gives every key an id that is the same in every database', () => {
    expect(seed.users.find(({ key }) => key === 'advocate')?.uuid).toBe(uuidOfKey('user', 'advocate'));
    // Worked out apart, with Python: uuid.uuid5(uuid.UUID('6f0cb3f2-f4a9-4c52-a1a7-5d3b3a1c9e04'), 'user:advocate')
    expect(uuidOfKey('user', 'advocate')).toBe('20e92c1f-8975-5cf8-91b4-f7efc1e64211');
    const all = [...seed.facilities, ...seed.departments, ...seed.users].map(({ uuid }) => uuid);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('a directory that cannot be taken', () => {
  it('is a file that is not there', () => {
    expect(() => readDirectory('/nowhere/d.yaml')).toThrow('Expected a directory file at /nowhere/d.yaml, found none that can be read.');
  });

  it('is right before it is broken', () => {
    expect(parseDirectory('d.yaml', withLine(0, '')).maps).toEqual([{ sourceName: 'ehr', theirName: 'Ward 1', departmentKey: 'ward' }]);
  });

  it.each([
    [
      'a zone that is none',
      2,
      lines.facilities[1]?.replace('Europe/London', 'Europe-Londn') ?? '',
      "d.yaml:2 facilities[0].timeZone: expected a time zone such as America/New_York, found 'Europe-Londn'",
    ],
    [
      'a jurisdiction in words',
      2,
      lines.facilities[1]?.replace('GB-ENG', 'England') ?? '',
      "d.yaml:2 facilities[0].jurisdiction: expected a jurisdiction such as US-MA or GB-ENG, found 'England'",
    ],
    [
      'a site that is not there',
      4,
      '  - { key: ward, name: Ward, facility: b }',
      "d.yaml:4 departments[0].facility: expected a key of this file, found 'b', the nearest known one is 'a'",
    ],
    [
      'a role in small letters',
      6,
      '  - { key: zz, name: Zz-A Zz-B, role: advocate }',
      "d.yaml:6 users[0].role: expected a role as the policy writes it, in capitals, found 'advocate'",
    ],
    [
      'a department that is not there',
      6,
      '  - { key: zz, name: Zz-A Zz-B, role: ADVOCATE, departments: [word] }',
      "d.yaml:6 users[0].departments[0]: expected a key of this file, found 'word', the nearest known one is 'ward'",
    ],
    [
      'a department mapped to nothing',
      9,
      '    names: { Ward: wrd }',
      "d.yaml:9 maps[0].names.Ward: expected a key of this file, found 'wrd', the nearest known one is 'ward'",
    ],
    [
      'an address without a house, which is not printed',
      6,
      "  - { key: zz, name: Zz-A Zz-B, role: ADVOCATE, address: 'Zz-Town, MA 02139' }",
      'd.yaml:6 users[0].address: expected an address with a number, a street and a postal code, found <set>',
    ],
    [
      'an unknown key',
      6,
      '  - { key: zz, name: Zz-A Zz-B, rôle: X, role: ADVOCATE }',
      "d.yaml:6 users[0].<set>: unknown key, the nearest known one is 'role'",
    ],
    [
      'the same key twice',
      4,
      '  - { key: ward, name: W, facility: a }\n  - { key: ward, name: V, facility: a }',
      "d.yaml:5 departments[1].key: expected a key of its own, found 'ward', which departments[0] has",
    ],
    ['a missing name', 4, '  - { key: ward, facility: a }', 'd.yaml:4 departments[0].name: expected a name, found nothing'],
    [
      'names that are a list',
      9,
      '    names: [Ward]',
      'd.yaml:9 maps[0].names: expected a mapping of their names to our keys, found a list',
    ],
  ])('%s', (_, number, line, expected) => {
    expect(linesOf(withLine(number, line))).toEqual([expected]);
  });

  it('is an empty file', () => {
    expect(linesOf('')).toEqual(['d.yaml:1: expected a mapping, found nothing']);
  });
});
