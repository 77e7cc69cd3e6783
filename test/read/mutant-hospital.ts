/** Who asks what of a world in which every predicate has something to keep back, and what they must not be answered. */
import { openTestGateway, operation, type Asking, type TestGateway } from '../support/gateway.js';
import { hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { testDatabase } from '../support/services.js';
import { caseOf, deniedMark, refusedMark, uuid } from './consented-world.js';
import { doubtMark, makeMutantWorld, type MutantWorld } from './mutant-world.js';
import { faults, misnamedGrants, type Viewer } from './must-not-show.js';
import type { Mutant } from './mutants.js';
import { isTwiceKept } from './twice-kept.js';

export interface MutantHospital {
  readonly world: MutantWorld;
  readonly gateway: TestGateway;
  /** Breaks statements and settings on purpose, until the test is over. */
  alter: (text: string) => string;
  hide: (hidden: number) => number;
  close(): Promise<void>;
}

/** As for a reviewer, to whom row-level security shows everybody's grants: the words of the statement alone hold. */
const reviews = true;

/** @param of whether anybody is bound by a consent, and whether others than the breaker have a grant in force */
export async function openMutantHospital(of: { readonly agreements: boolean; readonly grants: boolean }): Promise<MutantHospital> {
  const database = await testDatabase();
  const world = await makeMutantWorld(database.url, of);
  const gateway = openTestGateway(
    database.gatewayUrl,
    (text) => hospital.alter(text),
    (hidden) => ({ hidden: hospital.hide(hidden), reviews }),
  );
  const hospital: MutantHospital = {
    world,
    gateway,
    alter: (text) => text,
    hide: (hidden) => hidden,
    async close() {
      await gateway.close();
      await database.drop();
    },
  };
  return hospital;
}

export const viewersOf = (world: MutantWorld): Viewer[] => {
  const { advocate, other, doubter, former, breaker, maria, veiled, john, maskedCase, eve } = world;
  const consented = Object.values(world.consented) as string[];
  const as = (user: Asking['user']): Asking => ({ role: 'ADVOCATE', purpose: 'HOPERAT', user });
  const viewer = (name: string, user: Asking['user'], of: { related: string[]; persons: [string, string][]; grant?: string }): Viewer => ({
    name,
    asking: as(user),
    related: new Set(of.related),
    persons: new Set(of.persons.map((pair) => pair.join(' '))),
    grant: of.grant ?? null,
  });
  return [
    viewer('who holds the case', advocate, {
      related: [
        maria.uid,
        maria.caseUid,
        veiled.uid,
        veiled.caseUid,
        maskedCase,
        eve,
        uuid(37),
        uuid(92),
        ...consented,
        ...consented.map(caseOf),
      ],
      persons: [
        [maria.caseUid, maria.uid],
        [veiled.caseUid, veiled.uid],
        [maskedCase, maria.uid],
        [uuid(37), eve],
        ...consented.map((person): [string, string] => [caseOf(person), person]),
        [uuid(92), uuid(90)],
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
      grant: breaker.grant,
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
  conditions { nodes { id clinicalStatus code { display } withheld { field } } }
  appointments { totalCount nodes { id status serviceType { display } withheld { field } } withheld { field rule } }
  encounters { totalCount nodes { id status reason { display } practitioners location withheld { field } } withheld { field } }
  claims { totalCount nodes { id status servicedFrom insurer allowed { amount } paid { amount } denied encounter { id status } payments { id payer } withheld { field } } withheld { field } }
  cases { totalCount edges { cursor } nodes { id number summary severity interactions { nodes { id with note } } } withheld { field } } } }`;

export interface Question {
  readonly document: string;
  readonly variables: readonly Readonly<Record<string, unknown>>[];
}
export const questionsTo = (world: MutantWorld): Record<string, Question> => {
  const { maria, veiled, john, maskedCase, eve } = world;
  const consented = Object.values(world.consented) as string[];
  const persons = [maria.uid, veiled.uid, john.uid, eve, ...consented].map((uid) => ({ id: `pat_${uid}` }));
  const cases = [maria.caseUid, john.caseUid, veiled.caseUid, maskedCase, ...[32, 33, 35, 36, 37].map(uuid), ...consented.map(caseOf)].map(
    (uid) => ({
      id: `case_${uid}`,
      caseId: `case_${uid}`,
    }),
  );
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
        // What a consent denies finds nobody either.
        { search: { name: 'Zz-Nora' }, finds: 1 },
        { search: { name: deniedMark }, finds: 0 },
        { search: { identifier: refusedMark }, finds: 0 },
        // A whole value finds whoever bears it; what is denied is then withheld.
        { search: { identifier: deniedMark }, finds: 2 },
        { search: { name: 'Zz-Nora', birthDate: '1901-01-01' }, finds: 1 },
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
export async function firstFault({ world, gateway }: MutantHospital, { document, variables }: Question): Promise<string | null> {
  const [first = {}, ...rest] = variables;
  for (const viewer of viewersOf(world))
    for (const some of [[first], rest]) {
      const found = await Promise.all(
        some.map(async (given) => {
          const answer = await gateway.ask(viewer.asking, document, given);
          return [...faults(world, viewer, answer), ...miscounted(answer.data, given)];
        }),
      );
      const [fault] = [...found.flat(), ...gateway.reports().flatMap((report) => misnamedGrants(world, viewer, report))];
      if (fault !== undefined) return `${viewer.name}: ${fault}`;
    }
  return null;
}

/** Mutants of what is sent for a question that nobody notices.
 *  @param made what is to be broken of a statement */
export async function unnoticedIn(
  hospital: MutantHospital,
  name: string,
  made: (text: string) => readonly Mutant[],
): Promise<{ readonly mutants: number; readonly unnoticed: string[] }> {
  const { world, gateway } = hospital;
  const question = questionsTo(world)[name];
  if (!question) throw new Error(name);
  gateway.statements();
  for (const given of question.variables) await gateway.ask(viewersOf(world)[0]!.asking, question.document, given);
  const sent = new Set(gateway.statements());
  gateway.reports();
  const unnoticed: string[] = [];
  let mutants = 0;
  for (const original of sent) {
    for (const mutant of made(original)) {
      mutants += 1;
      hospital.alter = (text) => (text === original ? mutant.text : text);
      const fault = await firstFault(hospital, question).finally(() => (hospital.alter = (text) => text));
      // A statement that does not run shows nothing.
      if (fault?.includes(': error: ')) unnoticed.push(`${mutant.operator} made no statement: ${mutant.place}`);
      if (fault === null && !isTwiceKept(mutant, name)) unnoticed.push(`${mutant.operator}: ${mutant.place}`);
    }
  }
  return { mutants, unnoticed };
}
