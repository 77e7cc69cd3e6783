/** A synthetic office of some weeks, seeded: advocates with cases of their own who look at their patients day by day, click
 *  wrongly now and then, and search; and, on request, people who look where they should not. */
import type { Pool } from 'pg';
import { asSystem, realClock, toWireId } from '../../src/kernel/index.js';
import { addressKey } from '../../src/directory/index.js';
import { appendEntries, entriesText, type AuditEntry } from '../../src/access/index.js';

export interface History {
  readonly users: readonly { readonly uid: string; readonly row: string; readonly surname: string; readonly house: number }[];
  readonly persons: readonly { readonly uid: string; readonly surname: string; readonly house: number; readonly flagged: boolean }[];
}
/** What was planted: a rule, and whom or which day it should name. */
export interface Planted {
  readonly rule: string;
  readonly userUid: string;
  readonly personUid: string | null;
}

const dayMs = 86_400_000;
/** A few days ago: the hub's own acts of today come after it. */
export const lastDay = Math.floor(realClock.now().getTime() / dayMs) * dayMs - 5 * dayMs;
const days = 40;

/** mulberry32 */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const surnames = Array.from({ length: 150 }, (_, n) => `Zz-Name${n}`);
/** Four live in each house; systems write it in three ways. */
const perHouse = 4;
const addressOf = (house: number, way: number): string =>
  [
    `${house} Zz Oak Street, Apt 2, Zz-Town, MA 02139, US`,
    `${house} ZZ OAK ST #2, ZZ-TOWN, MA 02139-0001`,
    `${house} Zz Oak St., Apartment 2, Zz-Town, MA 02139`,
  ][way % 3] ?? '';
const id = (kind: number, n: number): string => `0000000${kind}-0000-4000-8000-${String(n).padStart(12, '0')}`;

export async function buildOffice(owner: Pool, size: { readonly users: number; readonly persons: number }): Promise<History> {
  const random = seeded(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  await owner.query(`insert into facility (uid, name, time_zone, jurisdiction) values ($1, 'Zz', 'UTC', 'US')`, [id(9, 1)]);
  await owner.query(`insert into source (name, kind) values ('ehr', 'fhir')`);
  const users = [];
  for (let n = 0; n < size.users; n += 1) {
    const surname = pick(surnames);
    const { rows } = await owner.query<{ row: string }>(
      `insert into directory_user (uid, name, role, facility_id) select $1, $2, 'ADVOCATE', id from facility returning id::text as row`,
      [id(1, n), `Zz-Given ${surname}`],
    );
    const house = 3 + n * 5;
    // Of every fourth the directory does not say where they live.
    if (n % 4 !== 3)
      await owner.query('insert into user_address (user_id, address_key) values ($1, $2)', [rows[0]?.row, addressKey(addressOf(house, 0))]);
    users.push({ uid: id(1, n), row: rows[0]?.row ?? '', surname, house });
  }
  const persons = Array.from({ length: size.persons }, (_, n) => ({
    uid: id(2, n),
    surname: pick(surnames),
    flagged: n % 40 === 0,
    house: Math.floor(n / perHouse),
    address: addressOf(Math.floor(n / perHouse), n),
  }));
  await owner.query(
    `with told as (select * from jsonb_to_recordset($1) as t(uid uuid, surname text, flagged boolean, address text)),
       made as (insert into person (uid) select uid from told returning id, uid),
       records as (insert into patient_record (source_id, source_key, ingested_at, name, family, address, alerts, own_mask, label_mask)
         select s.id, 'Patient/' || t.uid, now(), 'Zz ' || upper(t.surname), upper(t.surname), t.address, case when t.flagged then '{VIP: board member}'::text[] else '{}' end, 0, 0 from told t, source s returning id, source_key)
     insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) select r.id, m.id, 'CERTAIN', 'test', now() from records r join made m on r.source_key = 'Patient/' || m.uid`,
    [JSON.stringify(persons)],
  );
  return { users, persons };
}

type Close = Pick<History['users'][number], 'surname' | 'house'>;
const isClose = (user: Close, person: Close): boolean => person.surname === user.surname || person.house === user.house;

/** Cases by which a viewer and patients are joined. */
export async function giveCases(
  owner: Pool,
  pairs: readonly { readonly user: string; readonly person: string; readonly byOthers: boolean }[],
): Promise<void> {
  await owner.query(
    `insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, patient_record_id, assigned_to, opened_by)
     select 'Zz-' || row_number() over () || '-' || gen_random_uuid(), 'COMPLAINT', 'RECEIVED', f.id, 'x', 'PHONE', now(), now(), 'x', r.id, u.id, case when t."byOthers" then null else u.id end
     from jsonb_to_recordset($1) as t("user" uuid, person uuid, "byOthers" boolean) join directory_user u on u.uid = t."user" join patient_record r on r.source_key = 'Patient/' || t.person, facility f`,
    [JSON.stringify(pairs)],
  );
}

let requests = 0;
export function look(userUid: string, personUid: string, at: number, more: Partial<AuditEntry> = {}): { entry: AuditEntry; at: number } {
  requests += 1;
  const actor = {
    userId: toWireId('usr', userUid),
    userUuid: userUid,
    role: 'ADVOCATE',
    purpose: 'HOPERAT',
    departments: [],
    facility: null,
    tokenId: 't',
  };
  return {
    at,
    entry: {
      actor,
      requestId: `look-${requests}`,
      action: 'READ',
      operation: 'PatientContext',
      personUid,
      caseUid: null,
      phiClasses: ['IDENTITY'],
      outcome: 'ALLOWED',
      withheldFields: [],
      ...more,
    },
  };
}

/** Every viewer's ordinary weeks; the cases behind them are made, too. */
export async function ordinaryWeeks(owner: Pool, { users, persons }: History): Promise<{ entry: AuditEntry; at: number }[]> {
  const random = seeded(11);
  const looks: { entry: AuditEntry; at: number }[] = [];
  const pairs: { user: string; person: string; byOthers: boolean }[] = [];
  users.forEach((user, index) => {
    // Twenty patients of one's own; of those who share the surname or the house or are flagged, others gave the case.
    const own = persons.filter((_, n) => n % users.length === index).slice(0, 20);
    for (const person of own)
      pairs.push({ user: user.uid, person: person.uid, byOthers: person.flagged || isClose(user, person) || random() < 0.5 });
    for (let day = 0; day < days; day += 1) {
      const start = lastDay - (days - day) * dayMs + 9 * 3_600_000;
      if (day % 7 > 4) continue;
      const busy = 4 + Math.floor(random() * 8);
      for (let n = 0; n < busy; n += 1) {
        const person = own[Math.floor(random() * own.length)];
        if (person) looks.push(look(user.uid, person.uid, start + n * 900_000));
      }
      // A wrong click now and then, on anybody: a namesake or somebody flagged, too.
      if (random() < 0.15) {
        const stranger = persons[Math.floor(random() * persons.length)];
        if (stranger) looks.push(look(user.uid, stranger.uid, start + 8 * 3_600_000));
      }
      // A search that lists eight people, some of the viewer's own name, some flagged.
      if (random() < 0.3) {
        requests += 1;
        const requestId = `search-${requests}`;
        for (let n = 0; n < 8; n += 1) {
          const found = persons[Math.floor(random() * persons.length)];
          if (found) looks.push(look(user.uid, found.uid, start + 7 * 3_600_000, { requestId }));
        }
        looks.push(look(user.uid, '', start + 7 * 3_600_000, { requestId, action: 'SEARCH', personUid: null }));
      }
    }
  });
  await giveCases(owner, pairs);
  return looks;
}

/** Snooping of six kinds among the ordinary looks. */
export function snooping({ users, persons }: History): { looks: { entry: AuditEntry; at: number }[]; planted: Planted[] } {
  const random = seeded(23);
  const looks: { entry: AuditEntry; at: number }[] = [];
  const planted: Planted[] = [];
  const when = (): number => lastDay - Math.floor(2 + random() * 25) * dayMs + 15 * 3_600_000;
  const plant = (rule: string, userUid: string, personUid: string | null): void => void planted.push({ rule, userUid, personUid });
  const notOwn = (index: number) => persons.filter((_, n) => n % users.length !== index);
  users.forEach((user, index) => {
    const others = notOwn(index);
    const namesake = others.find((person) => person.surname === user.surname && person.house !== user.house && !person.flagged);
    if (index % 3 === 0 && namesake) {
      looks.push(look(user.uid, namesake.uid, when()));
      plant('snooping.own-name', user.uid, namesake.uid);
    }
    const housemate = others.find((person) => person.house === user.house && person.surname !== user.surname && !person.flagged);
    if (index % 4 < 2 && housemate) {
      looks.push(look(user.uid, housemate.uid, when()));
      plant('snooping.own-address', user.uid, housemate.uid);
    }
    const strangers = others.filter((person) => !person.flagged && !isClose(user, person));
    const watched = strangers[Math.floor(random() * strangers.length)];
    if (index % 2 === 0 && watched) {
      const at = when();
      for (let n = 0; n < 4; n += 1) looks.push(look(user.uid, watched.uid, at + n * dayMs));
      plant('snooping.no-relation', user.uid, watched.uid);
    }
    const celebrity = others.filter((person) => person.flagged && !isClose(user, person))[index % 5];
    if (index % 4 === 1 && celebrity) {
      looks.push(look(user.uid, celebrity.uid, when()));
      plant('snooping.flagged-patient', user.uid, celebrity.uid);
    }
    const opened = strangers[Math.floor(random() * strangers.length)];
    if (index % 5 === 2 && opened) {
      looks.push(look(user.uid, opened.uid, when(), { grantUid: id(3, index) }));
      plant('snooping.break-glass', user.uid, opened.uid);
    }
    if (index % 6 === 3) {
      const at = lastDay - 3 * dayMs + 10 * 3_600_000;
      for (const person of strangers.slice(index, index + 60)) looks.push(look(user.uid, person.uid, at + 60_000));
      plant('snooping.volume', user.uid, null);
    }
  });
  return { looks, planted };
}

/** In the order of their time, as they would have come; some of the hub's own acts among them. */
export async function tell(owner: Pool, looks: readonly { entry: AuditEntry; at: number }[]): Promise<void> {
  // By time, and then by operation: the entries of one stand together.
  const ordered = looks.toSorted((a, b) => a.at - b.at || a.entry.requestId.localeCompare(b.entry.requestId));
  for (let from = 0; from < ordered.length; from += 1_000) {
    const part = ordered.slice(from, from + 1_000);
    await owner.query('select append_audit($1::jsonb)', [
      entriesText(part.map(({ entry, at }) => ({ entries: [entry], at: new Date(at) }))),
    ]);
    await appendEntries(owner, [
      { ...(part[0]?.entry as AuditEntry), actor: asSystem('scope', 'HSYSADMIN'), personUid: null, action: 'SYSTEM' },
    ]);
  }
}
