/** What an answer must not say, by hand from the rules of the API (head of the public core): of masked rows, of persons to whom
 *  the viewer stands in no relation, of others' cases, of rows that exist for nobody; and what the trail must not say. */
import type { Asking, TestGateway } from '../support/gateway.js';
import { hiddenMark, maskedMark } from '../support/labelled-rows.js';
import { doubtMark, uuid, type MutantWorld } from './mutant-world.js';

type Json = Record<string, unknown>;
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
}

/** Everything in an answer that must not be there, and in what the trail says of it. */
export function faults(world: MutantWorld, viewer: Viewer, answer: Awaited<ReturnType<TestGateway['ask']>>): string[] {
  if (answer.errors) return answer.errors.map(({ message }) => `error: ${message}`);
  const text = JSON.stringify(answer.data);
  const found = [hiddenMark, maskedMark].filter((mark) => text.includes(mark));
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
    const strangers = ofStrangers[tag];
    if (strangers && tag !== 'rec' && !viewer.related.has(uid))
      found.push(
        ...saysMore(withoutOwnLines(object, viewer), strangers, tag === 'pat' ? isWithheld : isNothing),
        ...silentLists(object, strangers),
      );
    if (uid === world.doubtfulVisit) found.push('a claim tells of a visit that is perhaps not hers');
    if (tag === 'case' && uid === uuid(32) && object['patient']) found.push('a case tells of a person who is perhaps not meant');
    if (tag.startsWith('tle') && uid === world.decidedClaim && object['detail'] !== null)
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

/** When another's case came in is part of its story: its cursor must not tell either. */
function toldByCursors({ cases }: Json, related: ReadonlySet<string>): string[] {
  const { nodes = [], edges = [] } = (cases ?? {}) as { readonly nodes?: Json[]; readonly edges?: Json[] };
  return nodes.flatMap(({ id }, at) => {
    const cursor = Buffer.from(String(edges[at]?.['cursor']), 'base64').toString('utf8');
    return related.has(uuidIn(id)) || !/ \d{4}-/.test(cursor) ? [] : [`the cursor of ${String(id)} tells when it came in`];
  });
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
  found.push(...toldByCursors(maria, related));
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
