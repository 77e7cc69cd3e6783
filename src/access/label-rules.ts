/** Which codes make a row sensitive, read from schema/policy/labels.yaml, and the mask that they make. Pure once read, and
 *  quick: ingest asks for every row. A label's bit implies the bits of all its ancestors in HL7's tree (a code may have two:
 *  alcohol use stands under SUD and under ETH), so that a rule on BH catches PSY without knowing it. What a viewer may do with a label is the policy's to say, not this file's. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { list, mapping, text, wholeNumber, type Problem } from '../kernel/index.js';
import { readPolicyFile, refuseWith } from './policy-texts.js';

export interface LabelRules {
  /** For the policy: which bit of `label_mask` means what. */
  readonly labels: readonly { readonly name: string; readonly bit: number }[];
  /** For readers: what each label means, and what it stands under. */
  readonly words: readonly {
    readonly name: string;
    readonly means: string;
    readonly citation: string;
    readonly under: readonly string[];
  }[];
  /** What `system|code` texts make of a row. */
  readonly maskOf: (codes: readonly string[]) => number;
  /** Digest of what the rules say, words left out: where it changes, every row is labelled anew. */
  readonly digest: string;
  /** Names of organizations and locations that are programs, in small letters, and the mask of what happens there. */
  readonly programs: readonly { readonly name: string; readonly mask: number }[];
}

const name = text('an HL7 v3-ActCode sensitivity code', 'value', /^\w+$/);
const words = text('text', 'set');
const code = text('a code', 'value', /^[\w.-]+$/);
const codeRow = mapping({
  system: code,
  from: code.optional(),
  to: code.optional(),
  prefix: code.optional(),
  code: code.optional(),
  any: list(code).optional(),
  because: words.optional(),
});
const labelRow = mapping({
  name,
  bit: wholeNumber(0, 29),
  parents: list(name).optional(),
  means: words,
  citation: words,
  verified: z.boolean(),
  security: list(code).optional(),
  codes: list(codeRow).optional(),
  programs: list(words).optional(),
});
const labelsFile = mapping({ systems: z.record(z.string(), list(words)), labels: list(labelRow) });
type LabelsFile = z.output<typeof labelsFile>;
type LabelRow = z.output<typeof labelRow>;
type CodeRow = z.output<typeof codeRow>;

/** @throws HubError RULES_INVALID with one line for each problem */
export function readLabelRules(file: string): LabelRules {
  const { rules, problems } = labelRulesOfText(textOf(file));
  refuseWith(problems, 'RULES_INVALID');
  if (!rules) throw new TypeError('label rules without problems are rules');
  return rules;
}

/** @param source text of labels.yaml; undefined where there is none */
export function labelRulesOfText(source: string | undefined): {
  readonly rules: LabelRules | null;
  readonly problems: readonly string[];
} {
  const { value, problems, say } = readPolicyFile(source === undefined ? {} : { 'labels.yaml': source }, 'labels.yaml', labelsFile);
  if (!value) return { rules: null, problems };
  const wrong = contradictions(value).map(say);
  return { rules: wrong.length > 0 ? null : labelRulesOf(value), problems: wrong };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // told as a file that cannot be read
  }
}

function contradictions({ systems, labels }: LabelsFile): Problem[] {
  const problems: Problem[] = systems['security'] ? [] : [{ path: ['systems'], says: "expected a system called 'security', found none" }];
  const names = labels.map((label) => label.name);
  labels.forEach((label, index) => {
    const path = ['labels', index];
    if (names.indexOf(label.name) < index) problems.push({ path: [...path, 'name'], says: `'${label.name}' stands twice` });
    if (labels.findIndex(({ bit }) => bit === label.bit) < index)
      problems.push({ path: [...path, 'bit'], says: `another label has bit ${label.bit}` });
    // A parent may stand anywhere but on its own branch.
    label.parents?.forEach((parent, i) => {
      if (!names.includes(parent)) problems.push({ path: [...path, 'parents', i], says: `no label is called '${parent}'` });
    });
    if (parentsOf(labels, label).some((parent) => branchOf(labels, parent).includes(label)))
      problems.push({ path: [...path, 'parents'], says: 'the label is its own ancestor' });
    label.codes?.forEach((row, at) => {
      const says = faultOf(row, systems);
      if (says) problems.push({ path: [...path, 'codes', at], says });
    });
  });
  return problems;
}

function faultOf(row: CodeRow, systems: LabelsFile['systems']): string | null {
  if (!systems[row.system]) return `no system is called '${row.system}'`;
  const { from, to } = row;
  const ways = [row.code, row.prefix, row.any, from && to].filter(Boolean).length;
  if (ways !== 1 || Boolean(from) !== Boolean(to)) return 'expected one of code, any, prefix, or from and to';
  if (from && to && from.length !== to.length) return 'from and to are not of one length';
  return from && to && from > to ? 'from stands after to' : null;
}

const parentsOf = (labels: readonly LabelRow[], label: LabelRow): LabelRow[] =>
  labels.filter((other) => label.parents?.includes(other.name));

/** A label and all its ancestors, each once. */
function branchOf(labels: readonly LabelRow[], label: LabelRow): LabelRow[] {
  const branch = new Set([label]);
  for (const at of branch) parentsOf(labels, at).forEach((parent) => branch.add(parent)); // a set goes on over what is added meanwhile
  return [...branch];
}

const maskOfBranch = (branch: readonly LabelRow[]): number => branch.reduce((mask, { bit }) => mask | (1 << bit), 0);

function labelRulesOf(file: LabelsFile): LabelRules {
  const { systems, labels } = file;
  const tables = new Map<string, CodeTable>();
  const add = (system: string, row: Omit<CodeRow, 'system'>, mask: number): void => {
    for (const uri of systems[system] ?? []) {
      const table = tables.get(uri) ?? new CodeTable();
      tables.set(uri, table.add(row, mask));
    }
  };
  const programs: { name: string; mask: number }[] = [];
  for (const label of labels) {
    const mask = maskOfBranch(branchOf(labels, label));
    for (const security of label.security ?? []) add('security', { code: security }, mask);
    for (const row of label.codes ?? []) add(row.system, row, mask);
    for (const program of label.programs ?? []) programs.push({ name: program.toLowerCase(), mask });
  }
  const one = remembered((text: string) => {
    const bar = text.indexOf('|');
    return tables.get(text.slice(0, bar))?.maskOf(text.slice(bar + 1)) ?? 0;
  });
  return {
    labels: labels.map(({ name, bit }) => ({ name, bit })),
    words: labels.map((label) => ({ ...label, under: branchOf(labels, label).slice(1).map((parent) => parent.name) })), // prettier-ignore
    maskOf: (codes) => codes.reduce((mask, text) => mask | one(text), 0),
    programs,
    digest: createHash('sha256')
      .update(JSON.stringify(file, (key, value: unknown) => (wordsOnly.has(key) ? undefined : value)))
      .digest('hex')
      .slice(0, 16),
  };
}

/** What is said to readers and decides nothing. */
const wordsOnly = new Set(['means', 'citation', 'verified', 'because']);

/** The codes of one system. Dots, hyphens and case do not count: `f10.20` and `F1020` are one code, and so are the two
 *  spellings of a drug's number. */
class CodeTable {
  readonly #codes = new Map<string, number>();
  readonly #prefixes = new Map<string, number>();
  readonly #ranges: { from: string; to: string; mask: number }[] = [];

  add({ code: exact, any = [], prefix, from, to }: Omit<CodeRow, 'system'>, mask: number): this {
    for (const one of exact ? [exact] : any) this.#codes.set(plain(one), (this.#codes.get(plain(one)) ?? 0) | mask);
    if (prefix) this.#prefixes.set(plain(prefix), (this.#prefixes.get(plain(prefix)) ?? 0) | mask);
    if (from && to) this.#ranges.push({ from: plain(from), to: plain(to), mask });
    return this;
  }

  maskOf(written: string): number {
    const wanted = plain(written);
    let mask = this.#codes.get(wanted) ?? 0;
    for (const { from, to, mask: more } of this.#ranges) {
      const start = wanted.slice(0, from.length); // a range of categories holds their subdivisions
      if (start.length === from.length && start >= from && start <= to) mask |= more;
    }
    if (this.#prefixes.size > 0) for (let end = wanted.length; end > 0; end--) mask |= this.#prefixes.get(wanted.slice(0, end)) ?? 0;
    return mask;
  }
}

const plain = (written: string): string => written.trim().replaceAll(/[.-]/g, '').toUpperCase();

/** Sources repeat a few thousand codes over and over; more than that is not worth keeping. */
const rememberedCodes = 20_000;
function remembered(find: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= rememberedCodes) known.clear();
    const mask = find(text);
    known.set(text, mask);
    return mask;
  };
}

/** The labels that a mask carries, PENDING left out. */
export const labelNames = (rules: LabelRules, mask: number): string[] =>
  rules.labels.filter(({ bit }) => (mask & (1 << bit)) !== 0).map((label) => label.name);
