/** Which codes make a row sensitive, read from schema/policy/labels.yaml, and the mask that they make. Pure once read, and
 *  quick: ingest asks for every row. A label's bit implies the bits of its ancestors in HL7's tree, so that a rule on BH
 *  catches PSY without knowing it. What a viewer may do with a label is the policy's to say, not this file's. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { HubError, list, mapping, problemsOf, readYamlLines, text, wholeNumber, type Problem } from '../kernel/index.js';

export interface LabelRules {
  /** For the policy: which bit of `label_mask` means what. */
  readonly labels: readonly { readonly name: string; readonly bit: number }[];
  /** What `system|code` texts make of a row. */
  readonly maskOf: (codes: readonly string[]) => number;
  /** Digest of the file: a changed rule asks for every row to be labelled anew. */
  readonly digest: string;
  /** Names of organizations and locations that are programs, in small letters, and the mask of what happens there. */
  readonly programs: readonly { readonly name: string; readonly mask: number }[];
}

const name = text('an HL7 v3-ActCode sensitivity code', 'value', /^\w+$/);
const words = text('text', 'set');
const code = text('a code', 'value', /^[\w.-]+$/);
const category = text('a category of three characters', 'value', /^[A-Z]\d[0-9A-Z]$/);
const codeRow = mapping({
  system: code,
  from: category.optional(),
  to: category.optional(),
  prefix: code.optional(),
  code: code.optional(),
  because: words.optional(),
});
const labelRow = mapping({
  name,
  bit: wholeNumber(0, 29),
  parent: name.optional(),
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
  const source = textOf(file);
  const lines = readYamlLines(`policy/${basename(file)}`, source);
  if (lines.unreadable.length > 0) throw new HubError('RULES_INVALID', lines.unreadable.join('\n'));
  const read = labelsFile.safeParse(lines.value);
  const problems = read.success ? contradictions(read.data) : problemsOf(read.error);
  if (!read.success || problems.length > 0) throw new HubError('RULES_INVALID', problems.map(lines.say).join('\n'));
  return { ...labelRulesOf(read.data), digest: createHash('sha256').update(source).digest('hex').slice(0, 16) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HubError('RULES_INVALID', `policy/${basename(file)}: expected a file that can be read, found none`, { cause });
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
    if (label.parent && !names.includes(label.parent))
      problems.push({ path: [...path, 'parent'], says: `no label is called '${label.parent}'` });
    else if (branchOf(labels, label).length > labels.length)
      problems.push({ path: [...path, 'parent'], says: 'the label is its own ancestor' });
    label.codes?.forEach((row, at) => {
      const says = faultOf(row, systems);
      if (says) problems.push({ path: [...path, 'codes', at], says });
    });
  });
  return problems;
}

function faultOf(row: CodeRow, systems: LabelsFile['systems']): string | null {
  if (!systems[row.system]) return `no system is called '${row.system}'`;
  const ways = [row.code, row.prefix, row.from && row.to].filter(Boolean).length;
  if (ways !== 1 || Boolean(row.from) !== Boolean(row.to)) return 'expected one of code, prefix, or from and to';
  return row.from && row.to && row.from > row.to ? 'from stands after to' : null;
}

/** A label and its ancestors; longer than the list where the tree bites its tail. */
function branchOf(labels: readonly LabelRow[], label: LabelRow): LabelRow[] {
  const branch: LabelRow[] = [];
  for (let at: LabelRow | undefined = label; at && branch.length <= labels.length;) {
    branch.push(at);
    const { parent }: LabelRow = at;
    at = labels.find((other) => other.name === parent);
  }
  return branch;
}

const maskOfBranch = (branch: readonly LabelRow[]): number => branch.reduce((mask, { bit }) => mask | (1 << bit), 0);

function labelRulesOf({ systems, labels }: LabelsFile): Omit<LabelRules, 'digest'> {
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
    labels: labels.map((label) => ({ name: label.name, bit: label.bit })),
    maskOf: (codes) => codes.reduce((mask, text) => mask | one(text), 0),
    programs,
  };
}

/** The codes of one system. Dots and case do not count: `f10.20` and `F1020` are one code. */
class CodeTable {
  readonly #codes = new Map<string, number>();
  readonly #prefixes = new Map<string, number>();
  readonly #ranges: { from: string; to: string; mask: number }[] = [];

  add({ code: exact, prefix, from, to }: Omit<CodeRow, 'system'>, mask: number): this {
    if (exact) this.#codes.set(plain(exact), (this.#codes.get(plain(exact)) ?? 0) | mask);
    if (prefix) this.#prefixes.set(plain(prefix), (this.#prefixes.get(plain(prefix)) ?? 0) | mask);
    if (from && to) this.#ranges.push({ from, to, mask });
    return this;
  }

  maskOf(written: string): number {
    const wanted = plain(written);
    const chapter = wanted.slice(0, 3);
    let mask = this.#codes.get(wanted) ?? 0;
    for (const range of this.#ranges) if (chapter >= range.from && chapter <= range.to) mask |= range.mask;
    if (this.#prefixes.size > 0) for (let end = wanted.length; end > 0; end--) mask |= this.#prefixes.get(wanted.slice(0, end)) ?? 0;
    return mask;
  }
}

const plain = (written: string): string => written.trim().replaceAll('.', '').toUpperCase();

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
