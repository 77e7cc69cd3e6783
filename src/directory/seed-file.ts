/** A hospital's directory as one YAML file: sites, departments, people, and what each source system calls our departments.
 *  Read at start and put into the tables as it stands. Directory files hold no secrets, so what was found is printed. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import {
  expectedFound,
  HubError,
  list,
  mapping,
  nearest,
  problemsOf,
  readYamlLines,
  setting,
  text,
  type Problem,
} from '../kernel/index.js';
import { addressKey } from './address-key.js';
import { uuidOfKey } from './stable-uuid.js';

export interface FacilitySeed {
  readonly key: string;
  readonly uuid: string;
  readonly name: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly programs: readonly string[];
}
export interface DepartmentSeed {
  readonly key: string;
  readonly uuid: string;
  readonly name: string;
  readonly facilityKey: string;
}
export interface UserSeed {
  readonly key: string;
  readonly uuid: string;
  readonly name: string;
  readonly role: string;
  readonly facilityKey: string | null;
  readonly departmentKeys: readonly string[];
  readonly active: boolean;
  /** Of where they live, if the file says it (address-key.ts). */
  readonly addressKey?: string;
  /** A program that signs in as itself: no file lists it (machines.ts). */
  readonly machine?: true;
}
/** What a source calls one of our departments. */
export interface DepartmentMapSeed {
  readonly sourceName: string;
  readonly theirName: string;
  readonly departmentKey: string;
}
export interface DirectorySeed {
  readonly facilities: readonly FacilitySeed[];
  readonly departments: readonly DepartmentSeed[];
  readonly users: readonly UserSeed[];
  readonly maps: readonly DepartmentMapSeed[];
}

const key = text('a key of small letters, digits and -', 'value', /^[a-z][a-z0-9-]{0,62}$/);
const name = text('a name', 'value');
const timeZone = setting('a time zone such as America/New_York', 'value', (value) =>
  typeof value === 'string' && isTimeZone(value) ? value : undefined,
);
/** Where people live is theirs: it is not printed, and nothing but its key is kept. */
const address = setting('an address with a number, a street and a postal code', 'set', (value) =>
  typeof value === 'string' ? (addressKey(value) ?? undefined) : undefined,
);
const yesNo = setting('true | false', 'value', (value) => (typeof value === 'boolean' ? value : undefined));

const directoryFile = mapping({
  facilities: list(
    mapping({
      key,
      name,
      timeZone,
      jurisdiction: text('a jurisdiction such as US-MA or GB-ENG', 'value', /^[A-Z]{2}(-[A-Z0-9]{1,3})*$/),
      programs: list(text('a program such as 42-CFR-482 or MEDICARE', 'value', /^[A-Z0-9]+([.-][A-Z0-9]+)*$/)),
    }),
  ),
  departments: list(mapping({ key, name, facility: key })),
  users: list(
    mapping({
      key,
      name,
      role: text('a role as the policy writes it, in capitals', 'value', /^[A-Z]+(_[A-Z]+)*$/),
      facility: key.optional(),
      departments: list(key).default([]),
      address: address.optional(),
      active: yesNo.default(true),
    }),
  ),
  maps: list(
    mapping({
      source: text('the name of a source', 'value'),
      names: z.record(z.string(), key, { error: (issue) => expectedFound('a mapping of their names to our keys', issue.input, 'value') }),
    }),
  ).default([]),
});
type DirectoryFile = z.output<typeof directoryFile>;

/** @throws HubError RULES_INVALID with one line for each problem: file, line, place, expected, found. */
export const readDirectory = (path: string): DirectorySeed => parseDirectory(basename(path), readText(path));

/** The same from a text: what `readDirectory` decides, without the disk. */
export function parseDirectory(fileName: string, source: string): DirectorySeed {
  const yaml = readYamlLines(fileName, source);
  if (yaml.unreadable.length > 0) throw new HubError('RULES_INVALID', yaml.unreadable.join('\n'));
  const read = directoryFile.safeParse(yaml.value);
  const problems = read.success ? referenceProblems(read.data) : problemsOf(read.error);
  if (!read.success || problems.length > 0) throw new HubError('RULES_INVALID', problems.map(yaml.say).join('\n'));
  return toSeed(read.data);
}

function toSeed({ facilities, departments, users, maps }: DirectoryFile): DirectorySeed {
  return {
    facilities: facilities.map((row) => ({ ...row, uuid: uuidOfKey('facility', row.key) })),
    departments: departments.map((row) => ({
      key: row.key,
      uuid: uuidOfKey('department', row.key),
      name: row.name,
      facilityKey: row.facility,
    })),
    users: users.map((row) => ({
      key: row.key,
      uuid: uuidOfKey('user', row.key),
      name: row.name,
      role: row.role,
      facilityKey: row.facility ?? null,
      departmentKeys: row.departments,
      active: row.active,
      ...(row.address === undefined ? {} : { addressKey: row.address }),
    })),
    maps: maps.flatMap(({ source, names }) =>
      Object.entries(names).map(([theirName, departmentKey]) => ({ sourceName: source, theirName, departmentKey })),
    ),
  };
}

/** Keys stand once, and whatever names a key names one that is there. */
function referenceProblems({ facilities, departments, users, maps }: DirectoryFile): Problem[] {
  const sites = facilities.map((row) => row.key);
  const homes = departments.map((row) => row.key);
  return [
    ...repeated('facilities', 'key', sites),
    ...repeated('departments', 'key', homes),
    ...repeated(
      'users',
      'key',
      users.map((row) => row.key),
    ),
    ...repeated(
      'maps',
      'source',
      maps.map((row) => row.source),
    ),
    ...departments.flatMap((row, index) => unknown(['departments', index, 'facility'], row.facility, sites)),
    ...users.flatMap((row, index) => (row.facility === undefined ? [] : unknown(['users', index, 'facility'], row.facility, sites))),
    ...users.flatMap((row, index) => row.departments.flatMap((home, at) => unknown(['users', index, 'departments', at], home, homes))),
    ...maps.flatMap((row, index) =>
      Object.entries(row.names).flatMap(([theirs, home]) => unknown(['maps', index, 'names', theirs], home, homes)),
    ),
  ];
}

function repeated(rows: string, field: string, values: readonly string[]): Problem[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index
      ? [
          {
            path: [rows, index, field],
            says: `expected a ${field} of its own, found '${value}', which ${rows}[${values.indexOf(value)}] has`,
          },
        ]
      : [],
  );
}

function unknown(path: readonly PropertyKey[], value: string, known: readonly string[]): Problem[] {
  if (known.includes(value)) return [];
  const meant = nearest(value, known);
  return [
    { path, says: `${expectedFound('a key of this file', value, 'value')}${meant ? `, the nearest known one is '${meant.word}'` : ''}` },
  ];
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' && zone.includes('/');
  } catch {
    return false;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HubError('RULES_INVALID', `Expected a directory file at ${path}, found none that can be read.`, { cause: error });
  }
}
