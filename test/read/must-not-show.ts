/** What an answer must not say, by hand from the rules of the API (head of the public core): of masked rows, of persons to whom
 *  the viewer stands in no relation, of others' cases, of rows that exist for nobody; and what the trail must not say. */
import type { Asking, TestGateway } from '../support/gateway.js';
import { hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { caseOf, deniedMark, uuid } from './consented-world.js';
import { doubtMark, type MutantWorld } from './mutant-world.js';

type Json = Record<string, unknown>;
type Answer = Awaited<ReturnType<TestGateway['ask']>>;
/** What a masked row still says (head of the API): id, kind, its date and where it comes from; of a contact how it went, of a
 *  case what another's shows. */
const ofMasked = new Set([
  ...['__typename', 'id', 'kind', 'start', 'onset', 'at', 'servicedFrom', 'provenance', 'withheld', 'cursor', 'node'],
  ...['assurance', 'linkedBy', 'linkedAt', 'channel', 'direction', 'countsAsResponse'],
  ...['number', 'status', 'version', 'facility', 'deadlines', 'nextDeadline'],
]);
/** What an advocate reads of a person of whom they hold no open case, and of a case that is another's. */
const ofStrangers: Readonly<Record<string, ReadonlySet<string>>> = {
  pat: new Set(['__typename', 'id', 'name', 'birthDate', 'sex', 'records', 'sources', 'withheld']),
  rec: new Set(['__typename', 'id', 'name', 'birthDate', 'sex', 'assurance', 'linkedBy', 'linkedAt', 'provenance', 'withheld']),
  case: new Set(['__typename', 'id', 'number', 'status', 'version', 'facility', 'deadlines', 'nextDeadline', 'withheld']),
};
/** A list that may be null is null where it is withheld; a connection is there and empty. */
const isWithheld = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'object' && 'nodes' in value && isNothing(value.nodes) && (!('totalCount' in value) || value.totalCount === null));
const isNothing = (value: unknown): boolean => isWithheld(value) || (Array.isArray(value) && value.length === 0);

function* objectsIn(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const part of Object.values(value)) yield* objectsIn(part);
}
const uuidIn = (id: unknown): string => /[0-9a-f-]{36}$/.exec(String(id))?.[0] ?? '';
const saysMore = (object: Json, than: ReadonlySet<string>, nothing = isNothing): string[] =>
  Object.entries(object).flatMap(([name, value]) => (than.has(name) || nothing(value) ? [] : [`${String(object['id'])}.${name}`]));
const withholds = (object: Json, rule: string, field: string): boolean =>
  !('withheld' in object) || (object['withheld'] as Json[]).some((row) => (row['rule'] ?? rule) === rule && row['field'] === field);

/** A claim of which the decision is masked says what it bills. */
const ofUndecided = new Set([
  '__typename',
  'id',
  'kind',
  'status',
  'servicedFrom',
  'servicedTo',
  'billed',
  'encounter',
  'labels',
  'lines',
  'type',
  'facility',
  'provenance',
  'withheld',
]);

export interface Viewer {
  readonly name: string;
  readonly asking: Asking;
  /** Uuids of the persons and cases to which this viewer stands in a relation. */
  readonly related: ReadonlySet<string>;
  /** `case person` that the trail may name together. */
  readonly persons: ReadonlySet<string>;
  /** Uuid of the grant by which the glass is broken for Maria. */
  readonly grant: string | null;
}

/** Everything in an answer that must not be there, and in what the trail says of it; and what is not there and must be. */
export function faults(world: MutantWorld, viewer: Viewer, answer: Answer): string[] {
  if (answer.errors) return answer.errors.map(({ message }) => `error: ${message}`);
  const text = JSON.stringify(answer.data);
  const found = [hiddenMark, maskedMark, deniedMark].filter((mark) => text.includes(mark));
  const consented = new Set<string>(Object.values(world.consented));
  for (const { personUid, withheldFields } of answer.context.trail.touched)
    if (withheldFields.has('consent.denied') && personUid !== null && !consented.has(personUid))
      found.push('the trail names a consent that nobody gave');
  for (const { caseUid, personUid } of answer.context.trail.touched)
    if (caseUid !== null && personUid !== null && !viewer.persons.has(`${caseUid} ${personUid}`))
      found.push('the trail names a person whom the viewer may not know of');
  for (const object of objectsIn(answer.data)) {
    const id = object['id'];
    if (typeof id !== 'string') continue;
    const [tag, uid] = [id.split('_')[0] ?? '', uuidIn(id)];
    if (world.hiddenRows.has(uid)) found.push(`a hidden row: ${id}`);
    if (world.maskedRows.has(uid)) {
      found.push(...saysMore(object, tag === 'case' ? (ofStrangers['case'] ?? ofMasked) : ofMasked));
      if ('withheld' in object && !((object['withheld'] as Json[]).length > 0)) found.push(`${id} does not say that it is masked`);
    }
    if (world.refusedRows.has(uid)) {
      found.push(...saysMore(object, ofMasked));
      if ('withheld' in object && !((object['withheld'] as Json[]).length > 0)) found.push(`${id} does not say that it is denied`);
    }
    if (tag === 'pat' && !consented.has(uid) && toldOf(object).some((rule) => rule === 'consent.denied' || rule === 'restriction.agreed'))
      found.push(`${id} is said to be denied by a consent that nobody gave`);
    if (tag === 'pat' && viewer.related.has(uid)) found.push(...faultsOfConsented(world.consented, object));
    if (tag === 'case' && [world.consented.nora, world.consented.nell].map(caseOf).includes(uid))
      found.push(...saysMore(object, ofStrangers['case'] ?? ofMasked));
    const strangers = ofStrangers[tag];
    if (strangers && tag !== 'rec' && !viewer.related.has(uid))
      found.push(
        ...saysMore(withoutOwnLines(object, viewer), strangers, tag === 'pat' ? isWithheld : isNothing),
        ...silentLists(object, strangers),
        ...(tag === 'pat' ? untoldOf(object, strangers) : []),
      );
    found.push(...keptBack(world, viewer, object));
    if (uid === world.doubtfulVisit) found.push('a claim tells of a visit that is perhaps not hers');
    if (tag === 'case' && uid === uuid(32) && object['patient']) found.push('a case tells of a person who is perhaps not meant');
    for (const name of tag === 'rec' ? ['name', 'address'] : [])
      if (object[name] === null && !(object['withheld'] as Json[] | undefined)?.some(({ field }) => field === name))
        found.push(`${id} does not say that its ${name} is withheld`);
    if (tag.startsWith('tle') && [world.decidedClaim, world.refusedDecision].includes(uid) && object['detail'] !== null)
      found.push('a line of time tells of a masked decision');
    if (tag === 'pat' && uid === world.maria.uid) found.push(...faultsOfMaria(world, viewer, object));
    if (
      tag === 'pat' &&
      uid === world.eve &&
      'patientResponsibility' in object &&
      viewer.related.has(uid) &&
      !withholds(object, 'sensitivity.masked', 'patientResponsibility')
    )
      found.push('what Eve owes tells that a masked claim was cancelled');
    if (tag === 'pat' && uid === world.veiled.uid && 'name' in object && !withholds(object, 'sensitivity.masked', 'name'))
      found.push('the veiled person is not said to be masked');
  }
  return found;
}

/** A line of time may hold the viewer's own cases: those are related to the viewer, if the person is not. */
function withoutOwnLines({ timeline, ...object }: Json, { related }: Viewer): Json {
  const nodes = ((timeline as Json | undefined)?.['nodes'] as Json[] | undefined) ?? [];
  return nodes.every(({ kind, id }) => kind === 'CASE_OPENED' && related.has(uuidIn(id))) ? object : { ...object, timeline };
}
/** A list that is withheld says so. */
const silentLists = (object: Json, open: ReadonlySet<string>): string[] =>
  Object.entries(object).flatMap(([name, value]) =>
    !open.has(name) && value !== null && typeof value === 'object' && 'withheld' in value && (value.withheld as Json[]).length === 0
      ? [`${String(object['id'])}.${name} does not say that it is withheld`]
      : [],
  );

/** Rules named in `withheld`, of the object itself and of its lists. */
const toldOf = (object: Json): string[] =>
  [object, ...objectsIn(Object.values(object).filter((part) => !isNothing(part)))].flatMap((part) =>
    ((part['withheld'] as Json[] | undefined) ?? []).map(({ rule }) => String(rule)),
  );

/** What is denied is null or empty, and is said to be. */
function faultsOfConsented({ connie, bea, ida }: MutantWorld['consented'], person: Json): string[] {
  const uid = uuidIn(person['id']);
  const rule = uid === bea ? 'restriction.agreed' : 'consent.denied';
  const all = [
    'name',
    'address',
    'language',
    'deceasedAt',
    'appointments',
    'encounters',
    'coverages',
    'claims',
    'balance',
    'patientResponsibility',
  ];
  const denied = uid === connie || uid === bea ? all : uid === ida ? ['balance', 'patientResponsibility'] : [];
  const nodesOf = (name: string): Json[] => (person[name] as { nodes: Json[] } | undefined)?.nodes ?? [];
  return [
    ...denied.flatMap((name) => {
      if (!(name in person)) return [];
      if (!isWithheld(person[name])) return [`${name} is denied`];
      return withholds(person, rule, name) ? [] : [`${name} is not said to be denied`];
    }),
    ...(uid === connie || uid === bea
      ? [
          ...nodesOf('timeline').flatMap(({ id, kind }) => (kind === 'CASE_OPENED' ? [] : [`${String(id)} is denied`])),
          ...((person['records'] as Json[] | undefined) ?? []).flatMap(({ id, score }) =>
            (score ?? null) === null ? [] : [`the score of ${String(id)}`],
          ),
          ...silentLists('timeline' in person ? { id: uid, timeline: person['timeline'] } : {}, new Set(['id'])),
        ]
      : []),
    // A row that is denied is in the list whatever it says: else the list would tell.
    ...(uid === ida && 'conditions' in person && nodesOf('conditions').length !== 1 ? ['a denied condition is left out'] : []),
  ];
}

/** What is null because the viewer stands in no relation is said to be withheld. */
const untoldOf = (object: Json, open: ReadonlySet<string>): string[] =>
  Object.entries(object).flatMap(([name, value]) =>
    open.has(name) || value !== null || !('withheld' in object) || withholds(object, 'context.related', name)
      ? []
      : [`${String(object['id'])}.${name} is not said to be withheld`],
  );

/** When another's case came in is part of its story: its cursor must not tell either. */
function toldByCursors({ cases }: Json, related: ReadonlySet<string>): string[] {
  const { nodes = [], edges = [] } = (cases ?? {}) as { readonly nodes?: Json[]; readonly edges?: Json[] };
  return nodes.flatMap(({ id }, at) => {
    const cursor = Buffer.from(String(edges[at]?.['cursor']), 'base64').toString('utf8');
    return related.has(uuidIn(id)) || !/ \d{4}-/.test(cursor) ? [] : [`the cursor of ${String(id)} tells when it came in`];
  });
}

/** Nor must its place: others' cases stand at the end, by their ids. */
function toldByPlaces({ cases }: Json, related: ReadonlySet<string>): string[] {
  const uids = ((cases as { readonly nodes?: Json[] } | undefined)?.nodes ?? []).map(({ id }) => uuidIn(id));
  const others = uids.filter((uid) => !related.has(uid));
  const atEnd = [...others].sort().reverse().join(' ');
  return uids.slice(uids.length - others.length).join(' ') === atEnd ? [] : ["the places of others' cases tell when they came in"];
}

const saidOfMaria: Json = { name: 'Zz-Maria Zz-Lopez', birthDate: '1959-02-03', sex: 'female', deceasedAt: null };

function faultsOfMaria(world: MutantWorld, { related }: Viewer, maria: Json): string[] {
  const found: string[] = [];
  const { records: _of, ...told } = maria;
  if (JSON.stringify(told).includes(doubtMark)) found.push('a doubtful record speaks of Maria');
  for (const [name, said] of Object.entries(saidOfMaria))
    if (name in maria && maria[name] !== said) found.push(`${name} of Maria is ${String(maria[name])}`);
  if (related.has(world.maria.uid) && 'interpreterNeeded' in maria && maria['interpreterNeeded'] !== false)
    found.push('a masked record says that Maria needs an interpreter');
  found.push(...toldByCursors(maria, related), ...toldByPlaces(maria, related));
  const conditions = (maria['conditions'] as { nodes: Json[] } | undefined)?.nodes ?? [];
  if (conditions.length > 0 && conditions.filter(({ id }) => world.maskedRows.has(uuidIn(id))).length !== 2)
    found.push('a masked condition is left out');
  for (const claim of (maria['claims'] as { nodes: Json[] } | undefined)?.nodes ?? [])
    if (uuidIn(claim['id']) === world.decidedClaim) {
      found.push(...saysMore(claim, ofUndecided));
      if (!(claim['withheld'] as Json[]).some(({ field }) => field === 'paid')) found.push('a masked decision is not said to be masked');
    }
  for (const record of (maria['records'] as Json[] | undefined) ?? [])
    if ((!related.has(world.maria.uid) || uuidIn(record['id']) === world.doubtfulRecord) && !world.maskedRows.has(uuidIn(record['id']))) {
      found.push(...saysMore(record, ofStrangers['rec'] ?? new Set(), isWithheld));
      if ((record['provenance'] as Json | undefined)?.['sourceRecordId']) found.push('a record tells its key');
    }
  // Of three accounts and claims some are masked: no sum may be told, and that must be said to whoever may know of bills.
  for (const sum of ['balance', 'patientResponsibility'])
    if (sum in maria && related.has(world.maria.uid) && !(maria[sum] === null && withholds(maria, 'sensitivity.masked', sum)))
      found.push(`${sum} of Maria`);
  return found;
}

/** A statement reports by which grant a row was opened: the right one, and none where none did. One entry is made of many
 *  reports, so each is looked at; what needs no relation is answered without a grant, so one report that names it will do. */
export function misnamedGrants(world: MutantWorld, { grant }: Pick<Viewer, 'grant'>, reports: unknown): string[] {
  const told = [...reportsIn(reports)];
  const misnamed = told.filter(({ named }) => named !== null && named !== grant).map(() => 'a grant is named that opened nothing here');
  // The holder of this grant has no case of Maria's: nothing else opens her to them.
  const ofMaria = told.filter(({ person, held }) => person === world.maria.uid && held.filter(Boolean).length > 1);
  const unnamed = grant !== null && ofMaria.length > 0 && ofMaria.every(({ named }) => named === null);
  return unnamed ? [...misnamed, 'the grant is not named that opened this'] : misnamed;
}

interface Report {
  readonly person: string | null;
  readonly named: string | null;
  readonly held: readonly boolean[];
}
function* reportsIn(value: unknown): Generator<Report> {
  if (!Array.isArray(value)) return;
  if (typeof value[0] === 'number') {
    const [, person, , , named, ...held] = value as [number, string | null, string | null, number, string | null, ...boolean[]];
    yield { person, named, held };
  } else for (const part of value) yield* reportsIn(part);
}

/** What the viewer must be shown: a predicate that is missing may also close what should be open. */
function keptBack(world: MutantWorld, { related }: Viewer, object: Json): string[] {
  const uid = uuidIn(object['id']);
  const missing = (names: readonly string[]): string[] =>
    names.flatMap((name) => (name in object && isNothing(object[name]) ? [`${String(object['id'])}.${name} is kept back`] : []));
  const { nora, nell } = world.consented;
  const denied = world.maskedRows.has(uid) || world.refusedRows.has(uid) || [nora, nell].map(caseOf).includes(uid);
  if (related.has(uid) && !denied && String(object['id']).startsWith('case')) return missing(['kind', 'summary']);
  if (!related.has(world.maria.uid) || uid !== world.maria.uid) return [];
  const records = ((object['records'] as Json[] | undefined) ?? []).filter((record) => {
    const of = uuidIn(record['id']);
    return 'score' in record && of !== world.doubtfulRecord && !world.maskedRows.has(of) && record['score'] === null;
  });
  const timeline = (object['timeline'] as { nodes: Json[] } | undefined)?.nodes;
  return [
    ...missing(['encounters', 'appointments', 'conditions', 'claims', 'cases']),
    ...records.map(({ id }) => `the score of ${String(id)} is kept back`),
    ...['CASE_OPENED', 'ENCOUNTER'].flatMap((wanted) =>
      timeline && !timeline.some(({ kind }) => kind === wanted) ? [`a line of time keeps ${wanted} back`] : [],
    ),
  ];
}
