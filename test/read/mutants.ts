/** Mutants of a compiled statement: each is the statement with one predicate taken out, at one place. */

export interface Mutant {
  readonly operator: string;
  /** What stood there, to name the mutant. */
  readonly place: string;
  readonly text: string;
}
export interface Operator {
  readonly name: string;
  readonly finds: RegExp;
  readonly put: (...groups: string[]) => string;
}

/** `$` where the compiler or a shape writes a predicate that keeps something back. */
const operators: readonly Operator[] = [
  { name: 'the CASE of a masked row', finds: /case when not (\w+\.masked) then/g, put: () => 'case when true then' },
  {
    name: 'the CASE of a value made from masked rows',
    finds: /case when not coalesce\((\w+)\.\w+, false\) then/g,
    put: () => 'case when true then',
  },
  {
    name: 'the CASE of both',
    finds: /case when not \(\w+\.masked or coalesce\(\w+\.\w+, false\)\) then/g,
    put: () => 'case when true then',
  },
  {
    name: 'the mask of a row',
    finds: /\((?:\w+\.label_mask|\(\w+\.label_mask \| \w+\.label_mask\)) & \d+\) <> 0(?! then)/g,
    put: () => 'false',
  },
  { name: 'the filter of masked rows', finds: /\(\w+\.label_mask & \d+\) = 0/g, put: () => 'true' },
  { name: 'the CASE of a relation', finds: /case when \(?rel\d+\.\w+(?: or rel\d+\.\w+)*\)? then/g, put: () => 'case when true then' },
  {
    name: 'the predicate of a relation',
    finds: /(and|where) \(?rel\d+\.\w+(?: or rel\d+\.\w+)*\)?/g,
    put: (_all, word = '') => `${word} true`,
  },
  { name: 'certainty of a link', finds: /\w+\.assurance = 'CERTAIN'/g, put: () => 'true' },
  { name: 'that a case is open', finds: /\w+\.closed_at is null/g, put: () => 'true' },
  { name: 'who holds a case', finds: /\w+\.assigned_to = \$\d+::bigint/g, put: () => 'true' },
  { name: 'whose departments share a case', finds: /\w+\.department_id = any\(\$\d+::bigint\[\]\)/g, put: () => 'true' },
];

/** A statement without any of what an operator finds. */
export const withoutEvery = ({ finds, put }: Operator, text: string): string => text.replace(finds, (...found: string[]) => put(...found));
export function operatorNamed(name: string): Operator {
  const found = operators.find((operator) => operator.name === name);
  if (!found) throw new Error(`no operator takes out ${name}`);
  return found;
}

export function mutantsOf(text: string): Mutant[] {
  const found = operators.flatMap(({ name, finds, put }) =>
    [...text.matchAll(finds)].map((match): Mutant => {
      const end = match.index + match[0].length;
      const place = text.slice(Math.max(0, match.index - 40), end + 40).replace(/\s+/g, ' ');
      return { operator: name, place, text: `${text.slice(0, match.index)}${put(...match)}${text.slice(end)}` };
    }),
  );
  return [...found, ...laterals(text)];
}

/** The lateral of conditions says yes to everybody. */
function laterals(text: string): Mutant[] {
  return [...text.matchAll(/coalesce\(\(/g)].flatMap((match) => {
    const end = closing(text, match.index + 'coalesce'.length);
    const named = /^ as (related|facility)\b/.exec(text.slice(end));
    if (!named) return [];
    return [
      {
        operator: 'the lateral of a relation',
        place: `${text.slice(match.index, match.index + 60)} ... ${named[0]}`,
        text: `${text.slice(0, match.index)}true${text.slice(end)}`,
      },
    ];
  });
}

/** Just behind the parenthesis that closes the one at `from`. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
