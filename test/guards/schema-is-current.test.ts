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
  type GraphQLNamedType,
} from 'graphql';
import { printHubSchema } from '../../src/graphql/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import { hubSchema } from '../support/gateway.js';

const types = Object.values(hubSchema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));
const hasFields = (type: GraphQLNamedType) => isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);

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

  it('describes everything that can be asked or done', () => {
    const roots = [hubSchema.getQueryType(), hubSchema.getMutationType()].flatMap((type) => Object.values(type?.getFields() ?? {}));
    expect(roots.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
  });
});
