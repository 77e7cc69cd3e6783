/** Looks through the trail for what somebody should explain, stretch by stretch. Looks, counts, reviews and the place reached
 *  are of one transaction: a worker that is killed begins the stretch again, and none is counted twice. One worker at a time;
 *  nobody who reads or acts waits for it. */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { asSystem, type Clock } from '../kernel/index.js';
import { inTransaction } from '../store/index.js';
import { appendEntries } from './audit-entry.js';
import type { SnoopingRule, SnoopingRules } from './snooping-rules.js';
import * as statements from './snooping-statements.js';
import { lacksRelation, suspicionsOf, unusualVolume, type Day, type Look, type Suspicion } from './snooping.js';

export interface Search {
  readonly rules: SnoopingRules;
  /** Roles that are left out. */
  readonly exempt: readonly string[];
  readonly clock: Clock;
}

const stretch = 5_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Any number, as long as every hub takes the same. */
const searchLock = 4_820_721;

interface LookRow {
  readonly userUid: string;
  readonly personUid: string;
  readonly role: string;
  readonly day: string;
  readonly reads: number;
  readonly entries: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly underBreakGlass: boolean;
}
interface ReviewRow extends Suspicion {
  readonly subject: string;
  readonly userUid: string;
  readonly personUid: string | null;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly entries: number;
}

/** One stretch of each search. @returns whether there may be more
 *  @param pool a worker's */
export async function findSnooping(pool: Pool, search: Search): Promise<boolean> {
  const looked = await inStretch(pool, search, { name: 'looks', notYoungerThan: search.clock.now(), through: lookAtOnce });
  const relation = search.rules.rules.find((rule) => rule.finds === 'NO_RELATION');
  if (!relation) return looked;
  const notYoungerThan = new Date(search.clock.now().getTime() - relation.graceHours * hourMs);
  const waited = await inStretch(pool, search, {
    name: 'relation',
    notYoungerThan,
    through: (client, looks, of) => lookForRelation(client, looks, { ...of, relation }),
  });
  return looked || waited;
}

type LookThrough = (client: PoolClient, looks: readonly LookRow[], search: Search) => Promise<ReviewRow[]>;

interface Stretch {
  /** Of the search whose place is kept. */
  readonly name: string;
  readonly notYoungerThan: Date;
  readonly through: LookThrough;
}

function inStretch(pool: Pool, search: Search, { name, notYoungerThan, through }: Stretch): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows: locks } = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [searchLock]);
    if (!locks[0]?.mine) return false;
    const { rows: cursors } = await client.query<{ seq: string }>('select seq::text as seq from snooping_cursor where search = $1', [name]);
    const after = Number(cursors[0]?.seq ?? 0);
    const { rows: ends } = await client.query<{ to: string }>(statements.stretchEnd, [after, stretch, notYoungerThan]);
    const to = Number(ends[0]?.to ?? after);
    if (to <= after) return false;
    const { rows: looks } = await client.query<LookRow>(statements.looksIn, [after, to, search.rules.personsAtMost, search.exempt]);
    const reviews = looks.length > 0 ? await through(client, looks, search) : [];
    await client.query('insert into snooping_cursor (search, seq) values ($1, $2) on conflict (search) do update set seq = excluded.seq', [
      name,
      to,
    ]);
    await open(client, reviews, search);
    return to - after >= stretch;
  });
}

/** Counts the looks, and finds what needs no waiting. */
const lookAtOnce: LookThrough = async (client, looks, { rules, clock }) => {
  const text = JSON.stringify(looks);
  await client.query(statements.addLooks, [text]);
  const facts = await factsOf(client, looks, 1);
  const byPatient = facts.flatMap(({ look, row }) => suspicionsOf(look, rules).map((suspicion) => reviewOf(row, suspicion)));
  const { rows: days } = await client.query<DayRow>(statements.countDays, [text]);
  const volume = rules.rules.find((rule) => rule.finds === 'UNUSUAL_VOLUME');
  if (!volume) return byPatient;
  await client.query(statements.forgetBefore, [new Date(clock.now().getTime() - 2 * (volume.historyDays + 90) * dayMs)]);
  return [...byPatient, ...(await unusualDays(client, days, volume))];
};

interface DayRow {
  readonly userUid: string;
  readonly role: string;
  readonly day: string;
  readonly patients: number;
}

async function unusualDays(client: PoolClient, days: readonly DayRow[], rule: SnoopingRule<'UNUSUAL_VOLUME'>): Promise<ReviewRow[]> {
  const many = days.filter(({ patients }) => patients >= rule.patientsAtLeast);
  if (many.length === 0) return [];
  const { rows } = await client.query<Omit<DayRow, 'patients'> & { own: number[]; ofRole: number[] }>(statements.historyOfDays, [
    JSON.stringify(many),
    rule.historyDays,
  ]);
  return rows.flatMap(({ userUid, role, day, own, ofRole }): ReviewRow[] => {
    const patients = many.find((one) => one.userUid === userUid && one.role === role && one.day === day)?.patients ?? 0;
    const suspicion = unusualVolume({ patients, own, role: ofRole } satisfies Day, rule);
    if (!suspicion) return [];
    const at = new Date(`${day}T00:00:00Z`);
    return [{ ...suspicion, subject: `day ${day}`, userUid, personUid: null, firstAt: at, lastAt: at, entries: 0 }];
  });
}

async function lookForRelation(
  client: PoolClient,
  looks: readonly LookRow[],
  { relation }: Search & { readonly relation: SnoopingRule<'NO_RELATION'> },
): Promise<ReviewRow[]> {
  const facts = await factsOf(client, looks, relation.withinDays);
  return facts.flatMap(({ look, row }) => {
    const suspicion = lacksRelation(look, relation);
    return suspicion ? [reviewOf(row, suspicion)] : [];
  });
}

async function factsOf(client: PoolClient, looks: readonly LookRow[], withinDays: number): Promise<{ look: Look; row: LookRow }[]> {
  const pairs = new Map<string, LookRow>();
  for (const look of looks) {
    const key = `${look.userUid} ${look.personUid}`;
    const known = pairs.get(key);
    pairs.set(key, known ? together(known, look) : look);
  }
  const { rows } = await client.query<Omit<Look, 'underBreakGlass'> & Pick<LookRow, 'userUid' | 'personUid'>>(statements.factsOfLooks, [
    JSON.stringify([...pairs.values()]),
    withinDays,
  ]);
  return rows.flatMap((fact) => {
    const row = pairs.get(`${fact.userUid} ${fact.personUid}`);
    return row ? [{ look: { ...fact, underBreakGlass: row.underBreakGlass }, row }] : [];
  });
}

const together = (one: LookRow, other: LookRow): LookRow => ({
  ...one,
  reads: one.reads + other.reads,
  entries: one.entries + other.entries,
  firstAt: one.firstAt < other.firstAt ? one.firstAt : other.firstAt,
  lastAt: one.lastAt > other.lastAt ? one.lastAt : other.lastAt,
  underBreakGlass: one.underBreakGlass || other.underBreakGlass,
});

/** One review a month for a viewer, a patient and a rule: who goes on after it was closed is asked again. */
const reviewOf = ({ userUid, personUid, firstAt, lastAt, entries }: LookRow, suspicion: Suspicion): ReviewRow => ({
  ...suspicion,
  subject: `patient ${personUid} ${lastAt.toISOString().slice(0, 7)}`,
  userUid,
  personUid,
  firstAt,
  lastAt,
  entries,
});

/** Opening a review is an act of the hub on a patient's account: told by name, as the last statement before the commit. */
async function open(client: PoolClient, reviews: readonly ReviewRow[], { rules, clock }: Search): Promise<void> {
  if (reviews.length === 0) return;
  const now = clock.now();
  const due = new Date(now.getTime() + rules.reviewWithinDays * dayMs);
  const { rows } = await client.query<{ personUid: string | null; new: boolean }>(statements.openReviews, [
    JSON.stringify(reviews),
    now,
    due,
  ]);
  const opened = rows.filter((row) => row.new);
  if (opened.length === 0) return;
  const common = {
    actor: asSystem('snooping', 'HCOMPL'),
    requestId: randomUUID(),
    action: 'SYSTEM',
    operation: 'openReview',
    caseUid: null,
  } as const;
  const rest = { phiClasses: [], outcome: 'ALLOWED', withheldFields: [] } as const;
  const persons = [...new Set(opened.map(({ personUid }) => personUid))];
  await appendEntries(
    client,
    persons.map((personUid) => ({ ...common, personUid, ...rest })),
  );
}
