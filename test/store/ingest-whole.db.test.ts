import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../../src/records/index.js';
import { at, mapped, record, says } from './makers.js';
import { openStoreRoom, type StoreRoom } from './store-room.js';

let room: StoreRoom;
beforeAll(async () => {
  room = await openStoreRoom();
});
afterAll(() => room.close());
beforeEach(() => room.empty());

/** Everything a source brought, by the source's own keys: without ids, which depend on the order of arrival. */
const contents = async (): Promise<unknown> => {
  const told: Record<string, unknown> = {};
  const facts = ['encounter', 'appointment', 'condition', 'care_team_member', 'coverage', 'claim', 'adjudication', 'payment', 'account'];
  for (const table of facts) {
    const extra = table === 'appointment' ? `- 'reschedules'` : '';
    told[table] = await room.rows(`select to_jsonb(t) - 'id' - 'uid' - 'patient_record_id' ${extra} as row, r.source_key as patient
      from ${table} t left join patient_record r on r.id = t.patient_record_id order by t.source_key, to_jsonb(t)->>'position'`);
  }
  told['patient'] =
    await room.rows(`select to_jsonb(t) - 'id' - 'uid' as row, array(select digits from patient_phone p where p.patient_record_id = t.id order by 1) as phones
    from patient_record t order by source_key`);
  told['document'] = await room.rows(`select key, body, yielded from document order by key`);
  told['name'] = await room.rows(`select * from source_name order by ref`);
  return told;
};

describe('one transaction', () => {
  it('keeps records, cursor, counts and jobs together: a fault at any statement leaves nothing', async () => {
    await room.ingest([says('encounter', 'Encounter/0')], { cursor: 'before' });
    const state = async () => [
      await contents(),
      await room.rows('select cursor, records from source'),
      await room.rows('select read, created, updated from sync_run'),
      await room.rows('select job, payload from outbox order by id'),
    ];
    const before = await state();
    const messages = [says('patient', 'Patient/1'), says('encounter', 'Encounter/0', { status: 'new' }), says('claim', 'Claim/1')];
    for (const table of ['patient_record', 'encounter', 'claim', 'document', 'outbox', 'sync_run', 'source']) {
      await room.owner.query(`create function fail() returns trigger language plpgsql as $$ begin raise 'injected'; end $$;
        create trigger injected before insert or update on ${table} execute function fail()`);
      await expect(room.ingest(messages, { cursor: 'after' })).rejects.toThrow('injected');
      await room.owner.query(`drop trigger injected on ${table}; drop function fail()`);
      expect(await state()).toEqual(before);
    }
    await room.ingest(messages, { cursor: 'after' });
    expect(await room.rows(`select cursor->>'at' as at, records from source`)).toEqual([
      { at: 'after', records: (await room.rows('select from document')).length },
    ]);
  });

  it('makes batches of one source wait for each other, so that neither is lost', async () => {
    const versions = Array.from({ length: 8 }, (_, index) => [
      says('encounter', 'Encounter/1', { status: `s${index}`, sourceUpdatedAt: at(index + 1) }),
    ]);
    await Promise.all(versions.map((messages) => room.ingest(messages)));
    expect(await room.rows('select status from encounter')).toEqual([{ status: 's7' }]);
  });
});

describe('a batch and a worker that wait for each other', () => {
  it('both get done: the batch is taken again from the start', async () => {
    await room.ingest([says('encounter', 'Encounter/1'), says('claim', 'Claim/1')]);
    let batch = await meet('new 1');
    // Whom the database lets go first is whoever looked last: on a slow machine that may be the other.
    for (let turn = 2; batch === 'the other gave way'; turn += 1) batch = await meet(`new ${turn}`);
    expect(batch).toMatchObject({ updated: 2 });
    const said = (await room.rows('select e.status as encounter, c.status as claim from encounter e, claim c'))[0];
    expect(said).toEqual({ encounter: expect.stringMatching(/^new \d$/), claim: said?.['encounter'] });
  });

  async function meet(status: string): Promise<object | 'the other gave way'> {
    const other = await room.owner.connect();
    await other.query('begin');
    await other.query('update claim set label_mask = 0');
    const batch = room.ingest([says('encounter', 'Encounter/1', { status }), says('claim', 'Claim/1', { status })]);
    await untilOneWaits();
    const gaveWay = await other.query('update encounter set label_mask = 0').then(
      () => false,
      (error: { code?: string }) => error.code === '40P01',
    );
    await other.query('commit');
    other.release();
    const done = await batch;
    return gaveWay ? 'the other gave way' : done;
  }

  async function untilOneWaits(): Promise<void> {
    const waiting = `select from pg_stat_activity where application_name = 'hub-test-worker' and wait_event_type = 'Lock' and datname = current_database()`;
    while ((await room.rows(waiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

describe('any order of arrival', () => {
  const version = (day: number, messages: (sourceUpdatedAt: string) => Message[]): Message[] => messages(at(day));
  const story: Message[] = [
    ...[1, 4, 6].flatMap((day) => version(day, (on) => [says('patient', 'Patient/1', { sourceUpdatedAt: on, given: `Zz-${day}` })])),
    ...[2, 5].flatMap((day) =>
      version(day, (on) => [
        says('encounter', 'Encounter/1', { sourceUpdatedAt: on, status: `s${day}` }),
        says('claim', 'Claim/1', { sourceUpdatedAt: on, patient: `Patient/${day === 5 ? 2 : 1}`, encounter: 'Encounter/1' }),
        says('named', 'Location/1', { sourceUpdatedAt: on, name: `Zz-${day}`, aliases: [`Location?identifier=a|${day}`] }),
      ]),
    ),
    says('adjudication', 'ExplanationOfBenefit/1', { sourceUpdatedAt: at(3) }),
    mapped(
      record('claim', 'ExplanationOfBenefit/2', { sourceUpdatedAt: at(3) }),
      record('adjudication', 'ExplanationOfBenefit/2', { sourceUpdatedAt: at(3), claim: 'ExplanationOfBenefit/2' }),
    ),
    mapped(record('adjudication', 'ExplanationOfBenefit/2', { sourceUpdatedAt: at(4), claim: 'Claim/1' })),
    says('careTeam', 'CareTeam/1', { sourceUpdatedAt: at(1), members: [{ member: null, name: 'Zz-A', role: null, organization: null }] }),
    says('careTeam', 'CareTeam/1', { sourceUpdatedAt: at(2), members: [] }),
    says('payment', 'PaymentNotice/1', { sourceUpdatedAt: at(1) }),
    says('appointment', 'Appointment/1', { sourceUpdatedAt: at(1) }),
  ];

  it('and any repetition give the same rows, however they are cut into batches', async () => {
    await room.ingest(story);
    const expected = await contents();
    const deliveries = fc
      .tuple(fc.shuffledSubarray(story, { minLength: story.length }), fc.subarray(story), fc.integer({ min: 1, max: story.length }))
      .map(([all, again, size]) => {
        const sent = [...all, ...again];
        return Array.from({ length: Math.ceil(sent.length / size) }, (_, index) => sent.slice(index * size, (index + 1) * size));
      });
    await fc.assert(
      fc.asyncProperty(deliveries, async (batches) => {
        await room.empty();
        for (const batch of batches) await room.ingest(batch);
        // A patient whom only an outdated version named leaves an unseen stub behind.
        await room.owner.query(
          `delete from patient_record r where stub and not exists (select from claim c where c.patient_record_id = r.id)`,
        );
        expect(await contents()).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});
