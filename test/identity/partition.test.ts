/** Who is one person: examples by hand, then properties over generated crowds. Pure. */
import { join } from 'node:path';
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { packageRoot, type RowId } from '../../src/kernel/index.js';
import { partitionRecords, type RecordToLink } from '../../src/identity/partition.js';
import { assignPersons } from '../../src/identity/persons.js';
import { readStrongIdentifiers } from '../../src/identity/strong-identifiers.js';

const rules = readStrongIdentifiers(join(packageRoot, 'schema/identity/strong-identifiers.yaml'));
const id = (n: number): RowId => String(n) as RowId;
const mr = (value: string) => ({ system: 'urn:mrn', value, type: 'MR' });
const ss = (value: string) => ({ system: 'urn:ssn', value, type: 'SS' });
const ana = { family: 'Zz-Lopez', given: 'Zz-Ana', birthDate: '1970-01-31' };
const bea = { family: 'Zz-Farrow', given: 'Zz-Bea', birthDate: '1980-05-05' };
const record = (n: number, who: typeof ana, ...identifiers: RecordToLink['identifiers']): RecordToLink => ({
  id: id(n),
  ...who,
  identifiers,
});
const groups = (records: readonly RecordToLink[]): string[] =>
  partitionRecords(records, rules)
    .components.map(({ members }) => members.join('+'))
    .sort();

describe('records are one person', () => {
  it('where they share a strong identifier and agree', () => {
    expect(groups([record(1, ana, mr('7')), record(2, ana, mr('7')), record(3, ana, mr('8'))])).toEqual(['1+2', '3']);
  });
  it('over a third that shares one identifier with each', () => {
    expect(groups([record(1, ana, mr('7')), record(2, ana, mr('7'), ss('500-11-2222')), record(3, ana, ss('500-11-2222'))])).toEqual([
      '1+2+3',
    ]);
  });
  it('though one system leaves the type of the number out', () => {
    expect(groups([record(1, ana, mr('7')), record(2, ana, { system: 'urn:mrn', value: '7', type: null })])).toEqual(['1+2']);
  });
  it('not by a member number, which a family shares', () => {
    const mb = { system: 'urn:plan', value: 'M1', type: 'MB' };
    expect(groups([record(1, ana, mb), record(2, ana, mb)])).toEqual(['1', '2']);
  });
  it('not by the same number in another system', () => {
    expect(groups([record(1, ana, mr('7')), record(2, ana, { ...mr('7'), system: 'urn:other' })])).toEqual(['1', '2']);
  });
  it('not by a placeholder', () => {
    expect(groups([record(1, ana, ss('000-00-0000')), record(2, ana, ss('000-00-0000'))])).toEqual(['1', '2']);
  });
  it('not by an identifier whose carriers contradict, even those that agree', () => {
    const { components, conflicts } = partitionRecords([record(1, ana, mr('7')), record(2, ana, mr('7')), record(3, bea, mr('7'))], rules);
    expect(components.map(({ members }) => members)).toEqual([['1'], ['2'], ['3']]);
    const reason = 'MR is shared, birth date or name is not';
    expect(conflicts).toEqual([
      { record: '1', other: '3', system: 'urn:mrn', reason },
      { record: '2', other: '3', system: 'urn:mrn', reason },
      { record: '3', other: '1', system: 'urn:mrn', reason },
    ]);
  });
  it('by a clean identifier, though another of theirs is contradicted', () => {
    expect(
      groups([record(1, ana, mr('7'), ss('500-11-2222')), record(2, ana, mr('7'), ss('500-11-2222')), record(3, bea, mr('7'))]),
    ).toEqual(['1+2', '3']);
  });
  it('with evidence that names the kind of identifier and its system, never the value', () => {
    const [component] = partitionRecords([record(1, ana, mr('7')), record(2, ana, mr('7'))], rules).components;
    expect(component?.evidence.get(id(1))).toEqual(['shares MR of urn:mrn', 'name and birth date agree']);
  });
});

const crowd = fc
  .array(
    fc.record({
      who: fc.constantFrom(ana, bea, { ...ana, birthDate: '1971-01-31' }, { ...ana, given: 'Zz-Ana Maria' }),
      mrn: fc.integer({ min: 1, max: 5 }),
      ssn: fc.integer({ min: 1, max: 4 }),
      has: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ who, mrn, ssn, has }, n) =>
      record(n + 1, who, ...(has & 1 ? [mr(`10${mrn}`)] : []), ...(has & 2 ? [ss(`500-11-220${ssn}`)] : [])),
    ),
  );

describe('over any crowd', () => {
  it('each record is in exactly one group, and the order of arrival does not matter', () => {
    fc.assert(
      fc.property(
        crowd.chain((records) => fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length }))),
        ([records, shuffled]) => {
          expect(groups(shuffled)).toEqual(groups(records));
          expect(partitionRecords(records, rules).components.flatMap(({ members }) => members).length).toBe(records.length);
        },
      ),
    );
  });
  it('nobody shares a person with someone of another name or birth date', () => {
    fc.assert(
      fc.property(crowd, (records) => {
        const whoIs = new Map(records.map((row) => [row.id, JSON.stringify([row.family, row.given, row.birthDate])]));
        for (const { members } of partitionRecords(records, rules).components)
          expect(new Set(members.map((member) => whoIs.get(member))).size).toBe(1);
      }),
    );
  });
});

describe('a person', () => {
  const component = (...members: number[]) => ({ members: members.map(id), evidence: new Map() });
  const linked = (...pairs: [number, number][]) => new Map(pairs.map(([record_, person]) => [id(record_), id(person)]));
  const persons = (components: ReturnType<typeof component>[], now: Map<RowId, RowId>) => {
    const { assignments, aliases } = assignPersons(components, now);
    return { persons: assignments.map(({ person }) => person), aliases };
  };

  it('is made for a record that has none', () => {
    expect(persons([component(1)], linked())).toEqual({ persons: [null], aliases: [] });
  });
  it('stays with its record when others join', () => {
    expect(persons([component(1, 2)], linked([1, 10]))).toEqual({ persons: ['10'], aliases: [] });
  });
  it('survives, the older one, when two become one', () => {
    expect(persons([component(1, 2)], linked([1, 11], [2, 9]))).toEqual({ persons: ['9'], aliases: [{ person: '11', aliasOf: '9' }] });
  });
  it('stays with the oldest record when its records part; the other gets a new one', () => {
    expect(persons([component(1), component(2, 3)], linked([1, 10], [2, 10], [3, 10]))).toEqual({ persons: ['10', null], aliases: [] });
  });
  it('is no alias of the person to which one of its younger records moves', () => {
    expect(persons([component(1), component(2, 3)], linked([1, 10], [2, 9], [3, 10]))).toEqual({ persons: ['10', '9'], aliases: [] });
  });
});

describe('a record that carries a label', () => {
  const hidden = (n: number, who: typeof ana, ...identifiers: RecordToLink['identifiers']): RecordToLink => ({
    ...record(n, who, ...identifiers),
    labelled: true,
  });
  const evidence = (records: readonly RecordToLink[]): Record<string, readonly string[]> =>
    Object.fromEntries(partitionRecords(records, rules).components.flatMap((component) => [...component.evidence]));

  it('joins the person that the others make, and is the only one to say why', () => {
    expect(groups([record(1, ana, mr('7')), hidden(2, ana, mr('7'))])).toEqual(['1+2']);
    expect(evidence([record(1, ana, mr('7')), hidden(2, ana, mr('7'))])).toEqual({
      1: [],
      2: ['shares MR of urn:mrn', 'name and birth date agree'],
    });
  });
  it('does not make one of two who are one through it alone, and then belongs to neither', () => {
    expect(groups([record(1, ana, mr('7')), hidden(2, ana, mr('7'), ss('500-11-2222')), record(3, ana, ss('500-11-2222'))])).toEqual([
      '1',
      '2',
      '3',
    ]);
  });
  it('does not part those that agree without it, though it contradicts them', () => {
    const { components, conflicts } = partitionRecords([record(1, ana, mr('7')), record(2, ana, mr('7')), hidden(3, bea, mr('7'))], rules);
    expect(components.map(({ members }) => members)).toEqual([['1', '2'], ['3']]);
    expect(conflicts.map(({ record: one }) => one)).toEqual(['3']);
  });
  it('is one person with others like it where there is nobody else', () => {
    expect(groups([hidden(1, ana, mr('7')), hidden(2, ana, mr('7'))])).toEqual(['1+2']);
  });
  it('brings others like it along', () => {
    expect(groups([record(1, ana, mr('7')), hidden(2, ana, mr('7'), ss('500-11-2222')), hidden(3, ana, ss('500-11-2222'))])).toEqual([
      '1+2+3',
    ]);
  });
  it('leaves the person to a record without one, though it is older', () => {
    const { components } = partitionRecords([hidden(1, ana, mr('7')), record(2, ana, mr('7'))], rules);
    const before = new Map([
      [id(1), id(10)],
      [id(2), id(20)],
    ]);
    expect(assignPersons(components, before, new Set([id(1)]))).toMatchObject({
      assignments: [{ person: '20' }],
      aliases: [{ person: '10', aliasOf: '20' }],
    });
  });
  it('changes nothing among the others, whoever they are', () => {
    const numbers = fc.uniqueArray(fc.constantFrom(mr('1'), mr('2'), mr('3'), ss('500-11-2221'), ss('500-11-2222')), { maxLength: 3 });
    const crowd = fc.array(fc.tuple(fc.constantFrom(ana, bea), numbers, fc.boolean()), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(crowd, (people) => {
        const all = people.map(([who, identifiers, labelled], n) => ({ ...record(n + 1, who, ...identifiers), labelled }));
        const open = all.filter(({ labelled }) => !labelled);
        const seen = (records: readonly RecordToLink[]) => {
          const { components, conflicts } = partitionRecords(records, rules);
          const isOpen = (one: RowId): boolean => open.some((known) => known.id === one);
          return {
            components: components
              .map(({ members, evidence: why }) => members.filter(isOpen).map((one) => [one, why.get(one)]))
              .filter((members) => members.length > 0)
              .sort((one, other) => Number(one[0]?.[0]) - Number(other[0]?.[0])),
            conflicts: conflicts.filter((one) => isOpen(one.record) && isOpen(one.other)),
          };
        };
        expect(seen(all)).toEqual(seen(open));
      }),
    );
  });
});
