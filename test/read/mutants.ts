/** Mutants of a compiled statement: each is the statement with one predicate taken out, at one place. */

export interface Mutant {
  readonly operator: string;
  /** What was taken out. */
  readonly what: string;
  /** That and what stood around it, to name the mutant. */
  readonly place: string;
  /** What follows, as far as the select in which it stands may reach: the same words stand in conditions and for the trail. */
  readonly after: string;
  readonly text: string;
}
export interface Operator {
  readonly name: string;
  readonly finds: RegExp;
  readonly put: (...groups: string[]) => string;
}

/** `$` where the compiler or a shape writes a predicate that keeps something back. */
const operators: readonly Operator[] = [
  {
    name: 'the CASE of a masked row',
    finds: /case when not (?:\w+\.(?:masked|blind(?:_\w+)?)|all\d+\.c\d+) then/g,
    put: () => 'case when true then',
  },
  {
    name: 'the CASE of a value made from masked rows',
    finds: /case when not (?:coalesce\(\w+\.\w+, false\)|\(coalesce\(\w+\.\w+, false\) or coalesce\(\w+\.\w+, false\)\)) then/g,
    put: () => 'case when true then',
  },
  {
    name: 'the CASE of both',
    finds: /case when not \(\w+\.\w+(?: or coalesce\((?:\w+\.\w+|\([^()]*\) <> 0|\(\w+\.\w+ & \w+\.\w+\) <> 0), false\))+\) then/g,
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
    // A parameter that a statement does not use is an error.
    put: (all, word = '') => `${word} (${all.slice(word.length)} or true)`,
  },
  { name: 'certainty of a link', finds: /\w+\.assurance = 'CERTAIN'/g, put: () => 'true' },
  // What consents and restrictions deny is worked out once a person, in columns of a lateral: it is these that are taken out.
  { name: 'what a consent allows', finds: /\(d is null or d\[\d\] >= 0\)/g, put: () => 'true' },
  { name: 'what it was agreed not to tell', finds: /\(d is null or d\[9\] & \d+ = 0\)/g, put: () => 'true' },
  { name: 'the labels that a consent denies', finds: /\(coalesce\(d\[\d\], 0\) & \d+\)/g, put: () => '0' },
  { name: 'the labels that it denies in any class', finds: /case when d is null then 0 else \([^)]*\) & \d+ end/g, put: () => '0' },
  { name: 'that something is denied', finds: /\(d is null\)(?= as n)/g, put: () => '(true)' },
  { name: 'that a case is open', finds: /\w+\.closed_at is null/g, put: () => 'true' },
  { name: 'who holds a case', finds: /\w+\.assigned_to = \$\d+::bigint/g, put: () => 'true' },
  { name: 'whose departments share a case', finds: /\w+\.department_id = any\(\$\d+::bigint\[\]\)/g, put: () => 'true' },
  { name: 'whose grant it is', finds: /\w+\.user_id = \$\d+::bigint/g, put: () => 'true' },
  { name: 'that nobody has ended a grant', finds: /\w+\.revoked_at is null/g, put: () => 'true' },
  { name: 'that a grant has not run out', finds: /\w+\.expires_at > now\(\)/g, put: () => 'true' },
  { name: 'for whom a grant is', finds: /\bg\.person_id = (?:x\d+\.\w+|\(select [^()]*\))(?=\s+and not exists)/g, put: () => 'true' },
  { name: 'whose records a grant was asked for', finds: /\w+\.person_id = g\.person_id/g, put: () => 'true' },
  { name: 'that a grant was asked for all records', finds: /\w+\.patient_record_id <> all\(g\.record_ids\)/g, put: () => 'false' },
];

/** A statement without any of what an operator finds. */
export const withoutEvery = ({ finds, put }: Operator, text: string): string => text.replace(finds, (...found: string[]) => put(...found));
export function operatorNamed(name: string): Operator {
  const found = operators.find((operator) => operator.name === name);
  if (!found) throw new Error(`no operator takes out ${name}`);
  return found;
}

/** What a plain statement takes for granted (src/read/plain.ts), taken as it likes. */
const takenForGranted: readonly Operator[] = [
  { name: 'that nobody is bound', finds: /coalesce\(\w+\.m, 0\) & 4 = 0/g, put: () => 'true' },
  { name: 'that a person is bound', finds: /case when all\d+\.c\d+ then 4 else 0 end/g, put: () => '0' },
  { name: 'that the glass is not broken', finds: /not exists \(select 1 from access_grant mine where [^()]*\(\)\)/g, put: () => 'true' },
];
export const isPlain = (text: string): boolean => text.startsWith('select case when p then j');
export const whatPlainTakes = (text: string): Mutant[] => mutantsBy(takenForGranted, text);

const mostAfter = 400;

export const mutantsOf = (text: string): Mutant[] => [...mutantsBy(operators, text), ...laterals(text)];

function mutantsBy(some: readonly Operator[], text: string): Mutant[] {
  return some.flatMap(({ name, finds, put }) =>
    [...text.matchAll(finds)].map((match): Mutant => {
      const end = match.index + match[0].length;
      const place = text.slice(Math.max(0, match.index - 40), end + 40).replace(/\s+/g, ' ');
      const after = text.slice(end, end + mostAfter).replace(/\s+/g, ' ');
      return { operator: name, what: match[0], place, after, text: `${text.slice(0, match.index)}${put(...match)}${text.slice(end)}` };
    }),
  );
}

/** The lateral of conditions says yes to everybody. */
function laterals(text: string): Mutant[] {
  return [...text.matchAll(/coalesce\(\(/g)].flatMap((match) => {
    const end = closing(text, match.index + 'coalesce'.length);
    const named = /^ as (related|facility|glass)\b/.exec(text.slice(end));
    if (!named) return [];
    return [
      {
        operator: 'the lateral of a relation',
        what: text.slice(match.index, end),
        place: `${text.slice(match.index, match.index + 60)} ... ${named[0]}`,
        after: '',
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
