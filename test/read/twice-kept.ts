/** Predicates of compiled statements that nothing in the answer depends on, because another keeps the same thing back; each with
 *  the reason. What stands here is not proven by mutants.db.test.ts: a row that is too wide hides a hole. */
import type { Mutant } from './mutants.js';

interface TwiceKept {
  readonly operator: string;
  readonly what?: RegExp;
  readonly place?: RegExp;
  readonly after?: RegExp;
  readonly holds?: (mutant: Mutant) => boolean;
  readonly in?: string;
  readonly because: string;
}

/** @param name of the question that the mutant's statement answers */
export const isTwiceKept = (mutant: Mutant, name: string): boolean =>
  twiceKept.some(
    (kept) =>
      kept.operator === mutant.operator &&
      (kept.in ?? name) === name &&
      (kept.holds?.(mutant) ?? true) &&
      (['what', 'place', 'after'] as const).every((part) => kept[part]?.test(mutant[part]) ?? true),
  );

const twiceKept: readonly TwiceKept[] = [
  {
    operator: 'that a person is bound',
    place: /null, 0, null\)\)\) as t, bit_or\(\(case when/,
    in: 'the worklist',
    because: 'the case above is pinned to a record of the same person, and looks for the same',
  },
  {
    operator: 'that a person is bound',
    place: /\) \| case when all\d+\.c0 then 4 else 0 end\)\) as m from \(select x\d+\.uid, x\d+\.(?:name|ingest)/,
    because: 'here a record is certainly of the person above, who is asked for; test/access/consent.db.test.ts has one that is not',
  },
  {
    operator: 'the predicate of a relation',
    place: /, \(\(con\d+\.k\d and con\d+\.q\d\) and \(rel/,
    because: 'it is for the trail, which test/read/plain-and-full.db.test.ts holds to what the plain statement reports',
  },
  {
    operator: 'that the glass is not broken',
    in: 'the worklist',
    because: "it lists the viewer's own cases: the glass opens nothing of them",
  },
  ...['certainty of a link', 'whose records a grant was asked for'].map((operator) => ({
    operator,
    what: /^gl\./,
    after: /^.{0,160}order by g\.granted_at/,
    because: 'it names the grant for the trail, row by row: without it one row of the answer fewer names it',
  })),
  ...['what a consent allows', 'what it was agreed not to tell', 'the labels that it denies in any class', 'that something is denied'].map(
    (operator) => ({
      operator,
      place: /as k1, |as n, |end as l f/,
      in: 'a search by name',
      because: 'whom it denies is not found by name; who is found by a whole value is denied by it in the page of a person, too',
    }),
  ),
  {
    operator: 'that something is denied',
    place: /rel\d+ cross join lateral \(select \(d is null\) as n, \(d is null or d\[3\]/,
    in: 'the context of a call',
    because: 'it is asked for what a record says of itself to be withheld, which the context does not select',
  },
  {
    operator: 'that something is denied',
    place: /as n, /,
    in: 'the line of time',
    because: 'a line that is denied is not there to say so; the list says it by the condition itself',
  },
  ...['what a consent allows', 'what it was agreed not to tell', 'the labels that a consent denies'].map((operator) => ({
    operator,
    place: /nd \(select \(d is null or d\[1\]|\(coalesce\(d\[1\], 0\) & \d+\)\)\) = 0 and/,
    because: 'of name and birth date each asks the same; either alone is asked for, too',
  })),
  ...['what a consent allows', 'what it was agreed not to tell'].map((operator) => ({
    operator,
    place: /'relapse'\)\)\) and \(select|nd \(select \(d is null or d\[5\]/,
    because: 'the list of which it is an argument stands in a CASE of the same',
  })),
  {
    operator: 'certainty of a link',
    place: /where \(r\.label_mask & \(\d+ \| \(coale|where \(v\.label_mask & \(\d+ \| ca/,
    because: 'the same is asked before, without what is denied',
  },
  {
    operator: 'certainty of a link',
    place:
      /mate\.assurance = 'CERTAIN' where own|own\.assurance = 'CERTAIN'\)\) as ids|l\.person_id = x\d+\.id and l\.assurance = 'CERTAIN'\) as ids/,
    because: 'what stands on a doubtful record would bind its person, too: less would be shown, not more',
  },
  ...['the mask of a row', 'the predicate of a relation'].map((operator) => ({
    operator,
    place:
      /asked\) and \(not \(x\d+\.masked or coalesce\(\(decided|not \(not x\d+\.masked\) and (?:con\d+\.n and \()?rel|^and \(not x\d+\.masked\) and/,
    because: 'it chooses which of two reasons is told where there are two',
  })),
  {
    operator: 'the predicate of a relation',
    place: /(where true|records\d+\.ids\)) and \(?rel\d+\.related(?: or rel\d+\.glass\))?\) x\d+ \) r\d+ on true/,
    because: 'the list stands in a CASE of the same relation',
  },
  {
    operator: 'certainty of a link',
    what: /^pl\./,
    after: /^\) and not exists \((?:[^()]|\([^()]*\))*\) order by g\.granted_at/,
    because: 'it names the grant for the trail, and is asked only where the glass has opened the row, which asks the same',
  },
  {
    operator: 'certainty of a link',
    what: /^pl\./,
    holds: ({ place, text }) => {
      const row = /(x\d+)\.patient_record_id and pl\./.exec(place)?.[1];
      return row !== undefined && text.includes(`where ${row}.patient_record_id = any(records`);
    },
    because: "the list holds only what hangs on records that are certainly the person's",
  },
  ...['whose grant it is', 'that nobody has ended a grant', 'that a grant has not run out'].map((operator) => ({
    operator,
    what: /^mine\./,
    because: 'whoever holds any grant in force is asked further, where the same words stand: it spares the others the question',
  })),
  ...['that a case is open', 'who holds a case', 'whose departments share a case', 'certainty of a link'].map((operator) => ({
    operator,
    place:
      /\(c\.closed_at is null or|make_interval\(days => \d+\) > now\(\)\) and \(c\.assigned|department_id = any\(\$\d+::bigint\[\]\)\)\)\)\), false\) as related|cl\.assurance = 'CERTAIN' where cl\.person_id = \(select pl/,
    in: 'the context of a call',
    because: "the records of a person are not reached from another's case",
  })),
  {
    operator: 'the CASE of a value made from masked rows',
    place: /coalesce\(said\d+\.all_(?:masked|blind), false\)\)? then (?!'\[|withheld_rows)/,
    because: 'a person is told of by unmasked records only: where all are masked there is no value',
  },
  {
    operator: 'the CASE of a value made from masked rows',
    place: /'withheld', case when not coalesce\(said/,
    because: 'whoever is found by name has a record that is not masked; by number others are found',
  },
  {
    operator: 'the filter of masked rows',
    place: /not bool_or\(\(r\.label_mask & \d+\) = 0\) as all_masked/,
    because: 'likewise',
  },
  {
    operator: 'the predicate of a relation',
    place: /and \(?rel\d+\.related(?: or rel\d+\.glass\))? limit 10001/,
    because: 'the count stands in a CASE of the same relation',
  },
  {
    operator: 'the predicate of a relation',
    place: /and \(?rel(\d+)\.related(?: or rel\1\.glass\))? and \(+rel\1\.related/,
    because: 'the argument of the list asks for the same relation',
  },
  {
    operator: 'the mask of a row',
    place: /case when (not )?\(x\d+\.masked or coalesce\(\(decided/,
    because: 'it is for the trail, which learns from the other rows of the answer, too, that something was masked',
  },
  {
    operator: 'the mask of a row',
    place: /from encounter x\d+ where x\d*\.?$/,
    because: 'of the visit of a claim the context asks for the id only; the page of a person asks for more',
  },
  {
    operator: 'the mask of a row',
    place: /as masked from patient_record x\d+ where/,
    because: 'of a record the worklist asks for its source only; the page of a person asks for more',
  },
  {
    operator: 'the CASE of a relation',
    place: /json_agg\(json_build_array\(json_build_array\(\d+, case when|gg\(json_build_array\(json_build_array\(\d+, case when/,
    because: 'it is for the trail, which names the person for the sake of the row above already',
  },
  {
    operator: 'certainty of a link',
    place: /= x\d+\.patient_record_id and l\.assurance = 'CERTAIN'\) end, x\d+\.uid/,
    because: 'it is for the trail: likewise, where the case stands below its person',
  },
];
