/** Weights for what a document costs (schema/limits/costs.yaml): data, so that a hospital can say what weighs with it. Names
 *  are checked against the schema: a weight for a field that is not there would weigh nothing, in silence. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { expectedFound, HubError, mapping, nearest, problemsOf, readYamlLines, text, wholeNumber, type Problem } from '../kernel/index.js';

export interface CostRules {
  readonly object: number;
  readonly scalar: number;
  readonly page: { readonly argument: string; readonly most: number };
  readonly list: number;
  readonly types: Readonly<Record<string, number>>;
  /** By `Type.field`, `Type.*` or `field`. */
  readonly fields: Readonly<Record<string, number>>;
  readonly lists: Readonly<Record<string, number>>;
}

const weight = wholeNumber(0, 1_000_000);
const weights = z
  .record(z.string(), weight, { error: (issue) => expectedFound('a mapping of names to whole numbers', issue.input, 'value') })
  .default({});
const costsFile = mapping({
  object: weight,
  scalar: weight,
  page: mapping({ argument: text('the name of an argument', 'value', /^\w+$/), most: wholeNumber(1, 10_000) }),
  list: weight,
  types: weights,
  fields: weights,
  lists: weights,
});

/** @throws HubError RULES_INVALID with one line for each problem */
export function readCostRules(path: string, schema: GraphQLSchema): CostRules {
  const yaml = readYamlLines(basename(path), textOf(path));
  if (yaml.unreadable.length > 0) throw new HubError('RULES_INVALID', yaml.unreadable.join('\n'));
  const read = costsFile.safeParse(yaml.value);
  const problems = read.success ? unknownNames(read.data, schema) : problemsOf(read.error);
  if (!read.success || problems.length > 0) throw new HubError('RULES_INVALID', problems.map(yaml.say).join('\n'));
  return read.data;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HubError('RULES_INVALID', `Expected a file of costs at ${path}, found none that can be read.`, { cause });
  }
}

function unknownNames({ types, fields, lists }: CostRules, schema: GraphQLSchema): Problem[] {
  const composite = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
  const typeNames = composite.map(({ name }) => name);
  const paths = composite.flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  const bare = [...new Set(paths.map((path) => path.slice(path.indexOf('.') + 1)))];
  const known = [...paths, ...bare, ...typeNames.map((name) => `${name}.*`), '__schema', '__type', '__typename'];
  const of = (key: string, names: object, among: readonly string[]): Problem[] =>
    Object.keys(names).flatMap((name) => {
      if (among.includes(name)) return [];
      const meant = nearest(name, among);
      return [
        {
          path: [key, name],
          says: `expected a name of the schema, found another${meant ? `, the nearest is '${meant.word}'` : ''}`,
          atKey: true,
        },
      ];
    });
  return [...of('types', types, typeNames), ...of('fields', fields, known), ...of('lists', lists, [...paths, ...bare])];
}
