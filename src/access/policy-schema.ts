/** What may stand in purposes.yaml, roles.yaml and rules.yaml: keys, words and lists. What the rows say of each other is
 *  checked by policy-checks.ts. */
import { z } from 'zod';
import { list, mapping, matchKeys, oneOf, phiClasses, text } from '../kernel/index.js';

export const capabilities = [
  'READ_CASES', 'WRITE_CASES', 'READ_IDENTITY', 'READ_CLINICAL', 'READ_SCHEDULING', 'READ_BILLING', 'READ_AGGREGATES', 'MANAGE_SOURCES', 'REVIEW_ACCESS',
  'BREAK_GLASS',
] as const; // prettier-ignore
export type Capability = (typeof capabilities)[number];
/** `aggregate`: the class may be counted, and is never shown as a row. */
export const conditions = ['always', 'related', 'facility', 'glass', 'aggregate'] as const;
export type Condition = (typeof conditions)[number];

const word = (expected: string) => text(expected, 'value', /^[\w.-]+$/);
const words = text('text', 'set');
const flag = z.boolean().optional();
const some = <S extends z.ZodType>(element: S) => list(element).refine(({ length }) => length > 0, 'expected at least one, found none');
/** What every rule says of itself: how to ask, and on what it rests. */
const grounds = { remedy: words, citation: words, verified: flag };

export const purposesFile = mapping({
  purposes: list(mapping({ code: word('a v3-ActReason code'), means: words, parent: words.optional(), citation: words, verified: flag })),
});
export const rolesFile = mapping({
  roles: list(mapping({ role: word('a role'), means: words, purposes: some(word('a purpose')), capabilities: list(oneOf(capabilities)) })),
});
const who = { id: word('an id'), roles: some(word('a role')), purposes: some(word('a purpose')) };
export const rulesFile = mapping({
  rules: list(mapping({ ...who, classes: some(oneOf(phiClasses)), when: oneOf(conditions), ...grounds })),
  match: list(mapping({ ...who, by: some(oneOf(matchKeys)), ...grounds })),
  sensitivity: list(
    mapping({
      label: word('a label'),
      treatment: oneOf(['hide', 'mask', 'show']),
      remedy: words.optional(),
      citation: words.optional(),
      verified: flag,
    }),
  ),
});

export type PurposesFile = z.output<typeof purposesFile>;
export type RolesFile = z.output<typeof rolesFile>;
export type RulesFile = z.output<typeof rulesFile>;
