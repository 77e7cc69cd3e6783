/** Masks and relations are proven by mutants: of the statements that are really sent, each predicate that keeps something back
 *  is taken out in turn, and the checks below, written by hand from the rules of the API, must notice. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestGateway, operation, type Asking, type TestGateway } from '../support/gateway.js';
import { hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { doubtMark, makeMutantWorld, uuid, type MutantWorld } from './mutant-world.js';
import { faults, type Viewer } from './must-not-show.js';
import { mutantsOf } from './mutants.js';

let database: TestDatabase;
let world: MutantWorld;
let gateway: TestGateway;
let alter: (text: string) => string = (text) => text;
let hide: (hidden: number) => number = (hidden) => hidden;

beforeAll(async () => {
  database = await testDatabase();
  world = await makeMutantWorld(database.url);
  gateway = openTestGateway(
    database.gatewayUrl,
    (text) => alter(text),
    (hidden) => hide(hidden),
  );
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

// ---- who asks what ----

const viewers = (): Viewer[] => {
  const { advocate, other, doubter, former, breaker, maria, veiled, john, maskedCase, eve } = world;
  const as = (user: Asking['user']): Asking => ({ role: 'ADVOCATE', purpose: 'HOPERAT', user });
  const viewer = (name: string, user: Asking['user'], of: { related: string[]; persons: [string, string][] }): Viewer => ({
    name,
    asking: as(user),
    related: new Set(of.related),
    persons: new Set(of.persons.map((pair) => pair.join(' '))),
  });
  return [
    viewer('who holds the case', advocate, {
      related: [maria.uid, maria.caseUid, veiled.uid, veiled.caseUid, maskedCase, eve, uuid(37)],
      persons: [
        [maria.caseUid, maria.uid],
        [veiled.caseUid, veiled.uid],
        [maskedCase, maria.uid],
        [uuid(37), eve],
      ],
    }),
    viewer('who holds another case', other, { related: [john.uid, john.caseUid], persons: [[john.caseUid, john.uid]] }),
    viewer('who holds a case on a record that is perhaps hers', doubter, {
      related: [uuid(32), uuid(35)],
      persons: [[uuid(35), maria.uid]],
    }),
    viewer('who broke the glass for her', breaker, {
      related: [maria.uid, maria.caseUid, maskedCase, uuid(33), uuid(35)],
      persons: [maria.caseUid, maskedCase, uuid(33), uuid(35)].map((uid) => [uid, maria.uid]),
    }),
    viewer('who held a case that is closed', former, {
      related: [uuid(33), uuid(36)],
      persons: [
        [uuid(33), maria.uid],
        [uuid(36), john.uid],
      ],
    }),
  ];
};

/** From the person's side, with what the context of a call does not show. */
const personPage = `query Person($id: ID!) { patient(id: $id) {
  id name birthDate sex deceasedAt balance { amount } patientResponsibility { amount } withheld { field rule }
  records { id name birthDate sex address score evidence identifiers { value } provenance { sourceRecordId } withheld { field rule } }
  encounters { totalCount nodes { id status reason { display } practitioners location withheld { field } } withheld { field } }
  claims { totalCount nodes { id status servicedFrom insurer allowed { amount } paid { amount } denied encounter { id status } payments { id payer } withheld { field } } withheld { field } }
  cases { totalCount edges { cursor } nodes { id number summary severity interactions { nodes { id with note } } } withheld { field } } } }`;

interface Question {
  readonly document: string;
  readonly variables: readonly Readonly<Record<string, unknown>>[];
}
const questions = (): Record<string, Question> => {
  const { maria, veiled, john, maskedCase, eve } = world;
  const persons = [maria.uid, veiled.uid, john.uid, eve].map((uid) => ({ id: `pat_${uid}` }));
  const cases = [maria.caseUid, john.caseUid, veiled.caseUid, maskedCase, ...[32, 33, 35, 36, 37].map(uuid)].map((uid) => ({
    id: `case_${uid}`,
    caseId: `case_${uid}`,
  }));
  return {
    'a person': { document: personPage, variables: persons },
    'the context of a call': { document: operation('patient-context'), variables: cases },
    'the line of time': { document: operation('timeline'), variables: persons },
    'the worklist': { document: operation('worklist'), variables: [{}] },
    'a search by name': {
      document: operation('find-patient'),
      // What is masked or hidden finds nobody, not even by the exact whole number.
      variables: [
        { search: { name: maskedMark }, finds: 0 },
        { search: { name: hiddenMark }, finds: 0 },
        { search: { name: doubtMark }, finds: 0 },
        { search: { name: 'Zz-Maria' }, finds: 1 },
        { search: { name: 'Zz-Maria', birthDate: '1901-01-01' }, finds: 0 },
        { search: { name: maskedMark, birthDate: '1959-02-03' }, finds: 0 },
        { search: { name: doubtMark, birthDate: '1959-02-03' }, finds: 0 },
        { search: { name: 'Zz-Maria', birthDate: '1959-02-03' }, finds: 1 },
        { search: { identifier: maskedMark }, finds: 0 },
        { search: { identifier: doubtMark }, finds: 0 },
        { search: { identifier: 'Patient/1' }, finds: 1 },
      ],
    },
  };
};

/** A search finds whom it may, in the list and in the count. */
function miscounted(data: unknown, { finds }: Readonly<Record<string, unknown>>): string[] {
  if (finds === undefined) return [];
  const { nodes, totalCount } = (data as { patients: { nodes: unknown[]; totalCount: unknown } }).patients;
  return nodes.length === finds && totalCount === finds
    ? []
    : [`a search finds ${nodes.length} and counts ${String(totalCount)}, not ${String(finds)}`];
}

/** What somebody is answered that they must not be: viewer by viewer, until there is one. */
async function firstFault({ document, variables }: Question): Promise<string | null> {
  const [first = {}, ...rest] = variables;
  for (const viewer of viewers())
    for (const some of [[first], rest]) {
      const found = await Promise.all(
        some.map(async (given) => {
          const answer = await gateway.ask(viewer.asking, document, given);
          return [...faults(world, viewer, answer), ...miscounted(answer.data, given)];
        }),
      );
      const [fault] = found.flat();
      if (fault !== undefined) return `${viewer.name}: ${fault}`;
    }
  return null;
}

/** Predicates that nothing in the answer depends on, because another keeps the same thing back; each with the reason. */
const twiceKept: readonly { readonly operator: string; readonly place: RegExp; readonly in?: string; readonly because: string }[] = [
  {
    operator: 'the predicate of a relation',
    place: /(where true|records\d+\.ids\)) and \(rel\d+\.related or rel\d+\.glass\)\) x\d+ \) r\d+ on true/,
    because: 'the list stands in a CASE of the same relation',
  },
  {
    operator: 'certainty of a link',
    place: /= x\d+\.(patient_record_id|id) and pl\.assurance = 'CERTAIN'\) and not exists/,
    because: 'it names the grant for the trail; what a doubtful record opens is in access/what-a-grant-opens, too',
  },
  ...['that a case is open', 'who holds a case', 'whose departments share a case', 'certainty of a link'].map((operator) => ({
    operator,
    place:
      /\(c\.closed_at is null or|make_interval\(days => \d+\) > now\(\)\) and \(c\.assigned|department_id = any\(\$\d+::bigint\[\]\)\)\)\)\), false\) as related|cl\.assurance = 'CERTAIN' where cl\.person_id = \(select pl/,
    in: 'the context of a call',
    because: "the records of a person are not reached from another's case",
  })),
  {
    operator: 'the CASE of a value made from masked rows',
    place: /coalesce\(said\d+\.all_masked, false\) then (?!'\[)/,
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
    place: /and \(rel\d+\.related or rel\d+\.glass\) limit 10001/,
    because: 'the count stands in a CASE of the same relation',
  },
  {
    operator: 'the predicate of a relation',
    place: /and \(rel(\d+)\.related or rel\1\.glass\) and \(\(\(?rel\1\.related/,
    because: 'the argument of the list asks for the same relation',
  },
  {
    operator: 'the mask of a row',
    place: /^\(\(x\d+\.masked or \(x\d+\.masked or coalesce/,
    because: 'it is for the trail, which learns from the other rows of the answer, too, that something was masked',
  },
  {
    operator: 'the mask of a row',
    place: /from encounter x\d+ where x\d+\.$/,
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
  ...['a person', 'the context of a call'].flatMap((document) =>
    ['who holds a case', 'whose departments share a case'].map((operator) => ({
      operator,
      place: /case when \(\(\(x\d+\.assigned_to|cd\.case_id = x\d+\.id and .*\)\)\)\) or \(\(select exists/,
      in: document,
      because: 'it says where in the list the case stands: which case came in when is looked for in cursors',
    })),
  ),
  {
    operator: 'certainty of a link',
    place: /gl\.assurance = 'CERTAIN' and gl\.patient_record_id <> all/,
    because: 'without it a doubtful record would close a grant: less would be shown, not more',
  },
];

it('the statements as they are answer nobody what they must not', async () => {
  for (const [name, question] of Object.entries(questions())) expect([name, await firstFault(question)]).toEqual([name, null]);
});

describe('a predicate that is missing is noticed:', () => {
  it.each(['a person', 'the context of a call', 'the line of time', 'the worklist', 'a search by name'])(
    'in %s',
    async (name) => {
      const question = questions()[name];
      if (!question) throw new Error(name);
      gateway.statements();
      for (const given of question.variables) await gateway.ask(viewers()[0]!.asking, question.document, given);
      const sent = new Set(gateway.statements());
      const unnoticed: string[] = [];
      let mutants = 0;
      for (const original of sent) {
        for (const mutant of mutantsOf(original)) {
          mutants += 1;
          alter = (text) => (text === original ? mutant.text : text);
          const fault = await firstFault(question).finally(() => (alter = (text) => text));
          const known = twiceKept.some(
            (kept) => kept.operator === mutant.operator && kept.place.test(mutant.place) && (kept.in ?? name) === name,
          );
          // A statement that does not run shows nothing.
          if (fault?.includes(': error: ')) unnoticed.push(`${mutant.operator} made no statement: ${mutant.place}`);
          if (fault === null && !known) unnoticed.push(`${mutant.operator}: ${mutant.place}`);
        }
      }
      expect(unnoticed).toEqual([]);
      expect(mutants).toBeGreaterThan(0);
    },
    300_000,
  );

  it.each([
    ['PART2', 0],
    ['PSYTHPN', 4],
  ])('the setting without the bit of %s', async (_label, bit) => {
    hide = (hidden) => hidden & ~(1 << bit);
    const fault = await firstFault(questions()['a person']!).finally(() => (hide = (hidden) => hidden));
    expect(fault).toMatch(/hidden row|Zz-HIDDEN/);
  });

  it('rows whose labels are not known yet stay hidden whatever the setting says', async () => {
    hide = (hidden) => hidden & ~(1 << 30);
    const fault = await firstFault(questions()['a person']!).finally(() => (hide = (hidden) => hidden));
    expect(fault).toBeNull();
  });
});
