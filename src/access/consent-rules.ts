/** What the words of a consent mean here, read from schema/policy/consent.yaml into what the database's `denials` takes. Pure
 *  once read. A word that stands nowhere in it counts as everything where a consent forbids, and as nothing where it allows. */
import { z } from 'zod';
import { list, mapping, oneOf, phiClasses, text, type PhiClass, type Problem } from '../kernel/index.js';

export interface ConsentRules {
  readonly denied: { readonly rule: string; readonly remedy: string };
  readonly restricted: { readonly rule: string; readonly remedy: string };
  /** Scopes of FHIR Consent that are about something else than privacy. */
  readonly otherScopes: readonly string[];
  /** The last argument of `denials`, as JSON, for a viewer with this purpose of use. */
  readonly argumentFor: (purpose: string) => string;
}

const code = text('a code', 'value', /^\w+$/);
const words = text('text', 'set');
const notice = mapping({ rule: text('a rule id', 'value', /^[\w.-]+$/), remedy: words, citation: words, verified: z.boolean() });
const froms = ['every row', 'any label', 'very restricted'] as const;
export const consentFile = mapping({
  denied: notice,
  restricted: notice,
  otherScopes: list(text('a scope', 'value', /^[\w-]+$/)),
  purposes: list(mapping({ code, parent: code.optional() })),
  classes: list(mapping({ class: oneOf(phiClasses), types: list(code), whole: list(code) })),
  sensitivity: list(mapping({ code, labels: list(code) })),
  confidentiality: list(mapping({ code, from: oneOf(froms), verified: z.boolean() })),
});
type ConsentFile = z.output<typeof consentFile>;

/** As `denials` has it: the sign bit stands for every row, labelled or not. */
const everyRow = -2147483648;
export const bitOfClass = (phi: PhiClass): number => 1 << phiClasses.indexOf(phi);
const veryRestricted = 'VERY_RESTRICTED';

interface KnownLabel {
  readonly name: string;
  readonly bit: number;
}

/** @param names of the labels; null where labels.yaml cannot be read: what depends on it is then not looked at */
export function consentProblems({ purposes, classes, sensitivity }: ConsentFile, names: readonly string[] | null): Problem[] {
  const codes = purposes.map((row) => row.code);
  const spoken = classes.map((row) => row.class);
  return [
    ...purposes.flatMap((row, at) => [
      ...(codes.indexOf(row.code) < at ? [{ path: ['purposes', at, 'code'], says: `'${row.code}' stands twice` }] : []),
      // Parents stand before their children: so none can be its own ancestor.
      ...(row.parent !== undefined && !codes.slice(0, at).includes(row.parent)
        ? [{ path: ['purposes', at, 'parent'], says: `expected a purpose that stands above, found '${row.parent}'` }]
        : []),
    ]),
    ...classes.flatMap((row, at) =>
      spoken.indexOf(row.class) < at ? [{ path: ['classes', at, 'class'], says: `'${row.class}' stands twice` }] : [],
    ),
    ...phiClasses
      .filter((phi) => !spoken.includes(phi))
      .map((phi) => ({ path: ['classes'], says: `expected a row for ${phi}, found none` })),
    ...sensitivity.flatMap((row, at) =>
      row.labels
        .filter((label) => names?.includes(label) === false)
        .map((label) => ({ path: ['sensitivity', at, 'labels'], says: `expected a label of labels.yaml, found '${label}'` })),
    ),
    ...(names?.includes(veryRestricted) === false
      ? [{ path: ['confidentiality'], says: `expected a label '${veryRestricted}' in labels.yaml, found none` }]
      : []),
  ];
}

export function consentOf(file: ConsentFile, labels: readonly KnownLabel[]): ConsentRules {
  const { denied, restricted, otherScopes } = file;
  const fixed = meanings(file, labels);
  return {
    denied,
    restricted,
    otherScopes,
    argumentFor: (purpose) => JSON.stringify({ ...fixed, purposes: withAncestors(file, purpose) }),
  };
}

function meanings({ otherScopes, purposes, classes, sensitivity, confidentiality }: ConsentFile, labels: readonly KnownLabel[]) {
  const bits = new Map(labels.map(({ name, bit }) => [name, 1 << bit]));
  const anyLabel = labels.reduce((mask, { bit }) => mask | (1 << bit), 0);
  const very = bits.get(veryRestricted) ?? 0;
  const forbids = { 'every row': everyRow, 'any label': anyLabel, 'very restricted': very };
  const types = new Map<string, number>();
  for (const row of classes) for (const type of row.types) types.set(type, (types.get(type) ?? 0) | bitOfClass(row.class));
  return {
    otherScopes,
    knownPurposes: purposes.map((row) => row.code),
    classes: Object.fromEntries(types),
    whole: classes.map((row) => ({ bit: bitOfClass(row.class), needs: row.whole })),
    bits: Object.fromEntries(phiClasses.map((phi) => [phi, bitOfClass(phi)])),
    labels: {
      ...Object.fromEntries(bits),
      ...Object.fromEntries(sensitivity.map((row) => [row.code, row.labels.reduce((mask, label) => mask | (bits.get(label) ?? 0), 0)])),
      ...Object.fromEntries(confidentiality.map((row) => [row.code, forbids[row.from]])),
    },
    // Who allows a level denies the next one: N any label, R the very restricted, V nothing.
    clearances: { N: anyLabel, R: very, V: 0 },
  };
}

/** The purpose itself and all above it: a rule on any of them is about it. */
function withAncestors({ purposes }: ConsentFile, purpose: string): string[] {
  const branch: string[] = [];
  for (let at: string | undefined = purpose; at !== undefined;) {
    const here: string = at;
    branch.push(here);
    at = purposes.find((row) => row.code === here)?.parent;
  }
  return branch;
}
