/** What the schema promises, the shapes can read, and the other way round: fields, parts of value objects, arguments, orders. */
import { describe, expect, it } from '@jest/globals';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { accessRoots, capabilities } from '../../src/access/index.js';
import { caseRoots } from '../../src/cases/index.js';
import { directoryRoots } from '../../src/directory/index.js';
import { patientRoots } from '../../src/patients/index.js';
import { syncRoots } from '../../src/sync/index.js';
import type { ConnectionField, ObjectField, RootField } from '../../src/kernel/index.js';
import { hubSchema, shapes } from '../support/gateway.js';

const roots: Readonly<Record<string, RootField>> = { ...caseRoots, ...patientRoots, ...syncRoots, ...accessRoots, ...directoryRoots };
/** `node` is every shape's, by its id. */
const byAnyId = ['node'];
/** Answered by the compiler itself. */
const ofTheCompiler = ['withheld'];
const objectType = (name: string): GraphQLObjectType => {
  const type = hubSchema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type of the schema`);
  return type;
};
const fieldsOf = (name: string): string[] => Object.keys(objectType(name).getFields()).filter((field) => !ofTheCompiler.includes(field));
const shown = shapes.filter(({ type }) => hubSchema.getType(type) !== undefined);

it('every shape shows a type of the schema', () => {
  expect(shapes.filter((known) => !shown.includes(known)).map(({ type }) => type)).toEqual([]);
});

describe.each(shown.map((known) => [known.type, known] as const))('%s', (type, shape) => {
  it('has the same fields in shape and schema', () => {
    expect(Object.keys(shape.fields).toSorted()).toEqual(fieldsOf(type).toSorted());
  });

  it('leads to the types that the schema says', () => {
    for (const [name, field] of Object.entries(shape.fields)) {
      const target = getNamedType(objectType(type).getFields()[name]?.type)?.name ?? '';
      if (field.is === 'one' || field.is === 'many') expect([name, target]).toEqual([name, field.type]);
      if (field.is === 'connection')
        expect([name, getNamedType(objectType(target).getFields()['nodes']?.type)?.name]).toEqual([name, field.type]);
      if (field.is === 'object') expect([name, partsOf(field).toSorted()]).toEqual([name, fieldsOf(target).toSorted()]);
      if (field.is === 'oneOf')
        for (const member of field.members) expect([name, shapes.some((known) => known.type === member)]).toEqual([name, true]);
    }
  });

  it('is asked by the arguments that the schema offers', () => {
    for (const [name, field] of Object.entries(shape.fields))
      if (field.is === 'connection') expectSameArguments(objectType(type).getFields()[name], field);
  });
});
const partsOf = (field: ObjectField): string[] => Object.keys(field.fields);

describe('the root', () => {
  it('has a definition for every query, and no more', () => {
    expect([...Object.keys(roots), ...byAnyId].toSorted()).toEqual(Object.keys(hubSchema.getQueryType()?.getFields() ?? {}).toSorted());
  });

  it.each(Object.entries(roots))(
    '%s is asked by the arguments that the schema offers, and finds its object by id',
    (name, { field, byId, byName }) => {
      const definition = hubSchema.getQueryType()?.getFields()[name];
      if (field.is === 'connection') expectSameArguments(definition, field);
      if (byName) expect(definition?.args.map((argument) => argument.name)).toEqual([byName.argument]);
      if (byId) {
        expect(definition?.args.map((argument) => argument.name)).toEqual([byId.argument]);
        // A list is found by the id of whose it is.
        expect(field.is === 'many' ? 'pat' : shapes.find(({ type }) => type === field.type)?.tag).toBe(byId.tag);
      }
    },
  );

  it('is open to roles with a capability that the schema of the policy has, or to all', () => {
    for (const { requires } of Object.values(roots)) expect([null, ...capabilities]).toContain(requires);
    const open = Object.entries(roots).filter(([, { requires }]) => requires === null);
    expect(open.map(([name]) => name)).toEqual(['me', 'departments']);
  });
});

describe('a shape with an id', () => {
  it('says how it is reached by it: what its patient or case asks, it asks alone', () => {
    const nodes = shown.filter(({ tag }) => tag !== undefined);
    expect(nodes.filter(({ alone }) => !alone).map(({ type }) => type)).toEqual(['TimelineEntry']); // by the row that it tells of
    for (const { type, alone } of nodes)
      expect([type, [null, undefined, ...capabilities]]).toEqual([type, expect.arrayContaining([alone?.requires])]);
  });

  it('owes an audit entry of its own where it knows conditions of its own: the row above could not tell of them', () => {
    expect(shapes.filter(({ conditions, touches }) => conditions && !touches).map(({ type }) => type)).toEqual([]);
    expect(shapes.filter(({ conditionsAlone, alone }) => conditionsAlone && !alone?.touches).map(({ type }) => type)).toEqual([]);
  });

  it('knows whose consents bind it where it knows conditions: the trail tells of both in one place', () => {
    expect(shapes.filter(({ conditions, consents }) => conditions && consents === undefined).map(({ type }) => type)).toEqual([]);
    const alone = shapes.filter(({ conditionsAlone, consentsAlone }) => conditionsAlone && consentsAlone === undefined);
    expect(alone.map(({ type }) => type)).toEqual([]);
  });

  it('knows every condition of the policy or none, and by which grant the glass is broken', () => {
    for (const { type, grant, ...conditionsOf } of shapes)
      for (const known of [conditionsOf.conditions, conditionsOf.conditionsAlone])
        if (known)
          expect([type, Object.keys(known).toSorted(), grant !== undefined]).toEqual([type, ['facility', 'glass', 'related'], true]);
  });
});

it('types with an id have a tag of their own', () => {
  const tags = shapes.flatMap(({ tag }) => tag ?? []);
  expect(new Set(tags).size).toBe(tags.length);
  for (const { type, tag } of shown) expect([type, tag !== undefined]).toEqual([type, 'id' in objectType(type).getFields()]);
});

/** `filter.statuses`: every place of the arguments at which a value can be given. */
function pathsOf(argument: Pick<GraphQLArgument, 'name' | 'type'>, before = ''): string[] {
  const type = getNamedType(argument.type);
  return isInputObjectType(type)
    ? Object.values(type.getFields()).flatMap((field) => pathsOf(field, `${before}${argument.name}.`))
    : [`${before}${argument.name}`];
}

function expectSameArguments(definition: GraphQLField<unknown, unknown> | undefined, field: ConnectionField): void {
  const args = definition?.args ?? [];
  const offered = args.filter(({ name }) => !['first', 'after', 'orderBy'].includes(name)).flatMap((argument) => pathsOf(argument));
  expect([definition?.name, offered.toSorted()]).toEqual([definition?.name, Object.keys(field.arguments ?? {}).toSorted()]);
  expect(args.map(({ name }) => name)).toEqual(expect.arrayContaining(['first', 'after']));
  const order = getNamedType(args.find(({ name }) => name === 'orderBy')?.type);
  const orders = isEnumType(order) ? order.getValues().map(({ name }) => name) : [];
  expect(Object.keys(field.orders).toSorted()).toEqual(['default', ...orders].toSorted());
}
