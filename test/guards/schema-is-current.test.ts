/** schema/schema.graphql is what the hub serves: made from the types, sorted, described, checked in. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
} from 'graphql';
import { printHubSchema, recurringWords } from '../../src/graphql/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import { hubSchema } from '../support/gateway.js';

const types = Object.values(hubSchema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));
const hasFields = (type: GraphQLNamedType) => isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);

interface Named {
  readonly place: string;
  readonly name: string;
  readonly description: string | null | undefined;
}
/** Fields and their arguments. */
const fields: Named[] = types.filter(hasFields).flatMap((type) =>
  Object.values(type.getFields()).flatMap((field: GraphQLField<unknown, unknown> | GraphQLInputField): Named[] => {
    const place = `${type.name}.${field.name}`;
    const args = 'args' in field ? field.args : [];
    return [{ place, ...named(field) }, ...args.map((argument) => ({ place: `${place}(${argument.name})`, ...named(argument) }))];
  }),
);
function named({ name, description }: Pick<GraphQLArgument, 'name' | 'description'>): Omit<Named, 'place'> {
  return { name, description };
}

describe('schema/schema.graphql', () => {
  it('is the schema that the types make: after a change, write it anew with `npm run hub -- schema`', () => {
    expect(readFileSync(join(packageRoot, 'schema/schema.graphql'), 'utf8')).toBe(printHubSchema(hubSchema));
  });

  it('can be read by others', () => {
    expect(Object.keys(buildSchema(printHubSchema(hubSchema)).getTypeMap()).toSorted()).toEqual(
      Object.keys(hubSchema.getTypeMap()).toSorted(),
    );
  });

  it('is sorted: types, fields and values by name', () => {
    const names = [...printHubSchema(hubSchema).matchAll(/^(?:type|interface|enum|input|union|scalar) (\w+)/gm)].map(
      ([, name]) => name ?? '',
    );
    expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other)));
    for (const type of types) {
      const keys = hasFields(type) ? Object.keys(type.getFields()) : isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
      expect([type.name, keys]).toEqual([type.name, keys.toSorted((one, other) => one.localeCompare(other))]);
    }
  });

  it('describes every type and every directive', () => {
    const silent = [...types, ...hubSchema.getDirectives().filter((directive) => !isSpecifiedDirective(directive))].filter(
      ({ description }) => !description,
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('describes every field and every argument, so that nobody has to guess', () => {
    expect(fields.filter(({ description }) => !description).map(({ place }) => place)).toEqual([]);
  });

  it('says no word of the recurring ones that stands nowhere', () => {
    const names = new Set(fields.map(({ name }) => name));
    expect(Object.keys(recurringWords).filter((word) => !names.has(word))).toEqual([]);
  });
});
