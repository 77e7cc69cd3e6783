/** The documents that clients send are valid against the schema, and, where the public core of the API lies beside the
 *  checkout, the schema has everything in it under the same name and type. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  specifiedRules,
  validate,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { packageRoot } from '../../src/kernel/index.js';
import { beside, describeBeside } from '../support/beside.js';
import { hubSchema } from '../support/gateway.js';

const own = join(packageRoot, 'schema/operations');
const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

describe('a document of schema/operations', () => {
  it.each(readdirSync(own))('%s is valid', (name) => {
    expect(validate(hubSchema, parse(read(own, name)), specifiedRules)).toEqual([]);
  });
});

describeBeside('api.graphql', 'the public core of the API', () => {
  it('has the same documents, word for word', () => {
    for (const name of readdirSync(beside('operations'))) {
      if (name === 'trend.graphql') continue; // comes with the trends
      expect([name, read(own, name)]).toEqual([name, read(beside('operations'), name)]);
    }
  });

  it('has every type, field, argument and value that is here under the same name and type', () => {
    const core = buildSchema(readFileSync(beside('api.graphql'), 'utf8'));
    expect(Object.values(core.getTypeMap()).flatMap((type) => (type.name.startsWith('__') ? [] : differences(type, hubSchema)))).toEqual(
      [],
    );
  });

  it('has the inputs of the mutations that are here, whole', () => {
    const core = buildSchema(readFileSync(beside('api.graphql'), 'utf8'));
    for (const name of ['OpenCaseInput', 'ComplainantInput', 'IssueInput', 'CaseActionInput', 'InteractionInput', 'PatientSearch']) {
      const [theirs, ours] = [core.getType(name), hubSchema.getType(name)];
      if (!isInputObjectType(theirs) || !isInputObjectType(ours)) throw new Error(`${name} is no input`);
      expect([name, Object.keys(ours.getFields()).toSorted()]).toEqual([name, Object.keys(theirs.getFields()).toSorted()]);
    }
  });
});

/** Where both have a thing, what differs. What the core has and we do not comes with the work that makes it true. */
function differences(core: GraphQLNamedType, schema: GraphQLSchema): string[] {
  const ours = schema.getType(core.name);
  if (!ours) return [];
  if (ours.constructor.name !== core.constructor.name) return [`${core.name}: ${ours.constructor.name}`];
  const found: string[] = [];
  const same = (what: string, one: unknown, other: unknown): void => {
    if (JSON.stringify(one) !== JSON.stringify(other)) found.push(`${what}: ${JSON.stringify(one)}, expected ${JSON.stringify(other)}`);
  };
  if ((isObjectType(core) && isObjectType(ours)) || (isInterfaceType(core) && isInterfaceType(ours))) {
    same(`${core.name} implements`, namesOf(ours.getInterfaces()), namesOf(core.getInterfaces()));
    for (const field of Object.values(ours.getFields())) {
      const theirs = core.getFields()[field.name];
      if (!theirs) continue;
      same(`${core.name}.${field.name}`, String(field.type), String(theirs.type));
      for (const argument of theirs.args) {
        const mine = field.args.find(({ name }) => name === argument.name);
        if (mine)
          same(
            `${core.name}.${field.name}(${argument.name})`,
            [String(mine.type), mine.defaultValue],
            [String(argument.type), argument.defaultValue],
          );
        else if (!later.has(`${core.name}.${field.name}.${argument.name}`))
          found.push(`${core.name}.${field.name}(${argument.name}): missing`);
      }
    }
  } else if (isInputObjectType(core) && isInputObjectType(ours)) {
    for (const field of Object.values(ours.getFields()))
      same(
        `${core.name}.${field.name}`,
        [String(field.type), field.defaultValue],
        [String(core.getFields()[field.name]?.type), core.getFields()[field.name]?.defaultValue],
      );
  } else if (isEnumType(core) && isEnumType(ours)) {
    const values = core.getValues().map(({ name }) => name);
    same(
      `values of ${core.name}`,
      ours.getValues().flatMap(({ name }) => (values.includes(name) ? [] : [name])),
      [],
    );
  } else if (isUnionType(core) && isUnionType(ours)) same(`members of ${core.name}`, namesOf(ours.getTypes()), namesOf(core.getTypes()));
  return found;
}
const namesOf = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name).toSorted();
/** Arguments that come with the work that makes them true. */
const later = new Set(['Patient.appointments.from', 'Patient.appointments.to', 'Patient.timeline.kinds']);
