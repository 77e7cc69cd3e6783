/** Subscriptions over real sockets and real Postgres: two gateways on one database, what each viewer hears, and what stands in
 *  the audit trail afterwards. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { openStream, quietly, type OpenStream } from '../support/streams.js';

let database: TestDatabase;
let here: HttpGateway;
let there: HttpGateway;
let story: Story;
const open: OpenStream[] = [];

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  here = await openHttpGateway(database);
  there = await openHttpGateway(database, { beside: here });
});
afterEach(() => open.splice(0).forEach((stream) => stream.close()));
afterAll(async () => {
  await here.close();
  await there.close();
  await database.drop();
});

const write = (sql: string, values: readonly unknown[] = []) => asOwner(database.url, sql, values);
const touch = (uid: string) => write('update case_file set version = version + 1 where uid = $1', [uid]);
const caseId = (uid: string): string => `case_${uid}`;

async function listen(
  query: string,
  who: Parameters<HttpGateway['token']>[0] | null = null,
  more: { at?: HttpGateway; variables?: object } = {},
) {
  const token = await here.token(who ?? { userUid: story.advocate.uid, departments: [story.department.uid] });
  const stream = await openStream(more.at ?? here, token, query, { variables: { ...more.variables } });
  open.push(stream);
  return stream;
}
const oneCase = `subscription Watched($id: ID!) { caseChanged(caseId: $id) { caseId case { number version summary patient { name } withheld { field reason } } } }`;
const watch = (uid: string, who: Parameters<HttpGateway['token']>[0] | null = null, gateway = here) =>
  listen(oneCase, who, { variables: { id: caseId(uid) }, at: gateway });

async function trail(from: number) {
  return asOwner<{
    operation: string;
    person_uid: string | null;
    case_uid: string | null;
    outcome: string;
    action: string;
    request_id: string;
  }>(database.url, 'select operation, person_uid, case_uid, outcome, action, request_id from audit_entry where seq > $1 order by seq', [
    from,
  ]);
}
const head = async (): Promise<number> => Number((await write('select seq from audit_head'))[0]?.['seq']);

describe('a case that changes', () => {
  it('is told to the viewer who watches it, whichever gateway they are at, as it is now', async () => {
    const [near, far] = [await watch(story.maria.caseUid), await watch(story.maria.caseUid, null, there)];
    await write(`update case_file set version = 7, summary = 'Moved thrice' where uid = $1`, [story.maria.caseUid]);
    for (const stream of [near, far]) {
      await stream.count(1);
      expect(stream.events[0]).toEqual({
        data: {
          caseChanged: {
            caseId: caseId(story.maria.caseUid),
            case: { number: 'PR-2026-0001', version: 7, summary: 'Moved thrice', patient: { name: 'Zz-Maria Zz-Lopez' }, withheld: [] },
          },
        },
      });
    }
  });

  it('is not told to who watches another, and to everybody who watches all', async () => {
    const another = await watch(story.john.caseUid);
    const all = await listen('subscription { caseChanged { caseId } }', null, { at: there });
    await touch(story.maria.caseUid);
    await all.count(1);
    await quietly();
    expect(all.events).toEqual([{ data: { caseChanged: { caseId: caseId(story.maria.caseUid) } } }]);
    expect(another.events).toEqual([]);
  });

  it('of somebody else shows what it shows everywhere: number, status, version, facility and deadlines', async () => {
    const stream = await watch(story.john.caseUid, { userUid: story.advocate.uid });
    await touch(story.john.caseUid);
    await stream.count(1);
    expect(at(stream.events[0], 'caseChanged.case')).toEqual({
      number: 'PR-2026-0002',
      version: expect.any(Number),
      summary: null,
      patient: null,
      withheld: [
        { field: 'summary', reason: 'RELATIONSHIP' },
        { field: 'patient', reason: 'RELATIONSHIP' },
      ],
    });
  });

  it('is told when a clock on it ran out, and when facts about its patient came', async () => {
    const stream = await watch(story.maria.caseUid);
    await asOwner(database.workerUrl, `update deadline set status = 'MISSED' where case_id = (select id from case_file where uid = $1)`, [
      story.maria.caseUid,
    ]);
    await stream.count(1);
    await asOwner(database.workerUrl, 'select tell_cases_of_records(array[$1]::bigint[])', [story.maria.recordRow]);
    await stream.count(2);
  });

  it('is told under the names that the document gives its fields', async () => {
    const stream = await listen('subscription { c: caseChanged { who: caseId __typename file: case { no: number } } }');
    await touch(story.maria.caseUid);
    await stream.count(1);
    expect(stream.events[0]).toEqual({
      data: { c: { who: caseId(story.maria.caseUid), __typename: 'CaseEvent', file: { no: 'PR-2026-0001' } } },
    });
  });
});

describe('a viewer who lost access while they listen', () => {
  it('to the case by a label that hides it is told once that it is gone, and then nothing', async () => {
    const stream = await watch(story.maria.caseUid);
    try {
      await write('update case_file set label_mask = 1 where uid = $1', [story.maria.caseUid]);
      await stream.count(1);
      expect(stream.events[0]).toEqual({ data: { caseChanged: { caseId: caseId(story.maria.caseUid), case: null } } });
      await touch(story.maria.caseUid);
      await quietly();
      expect(stream.events).toHaveLength(1);
    } finally {
      await write('update case_file set label_mask = 0 where uid = $1', [story.maria.caseUid]);
    }
    await stream.count(2);
    expect(at(stream.events[1], 'caseChanged.case.number')).toBe('PR-2026-0001');
  });

  it('by another taking the case over reads no more of it than of any other', async () => {
    const stream = await watch(story.maria.caseUid, { userUid: story.advocate.uid });
    try {
      await write('update case_file set assigned_to = $2 where uid = $1', [story.maria.caseUid, story.other.row]);
      await stream.count(1);
      expect(at(stream.events[0], 'caseChanged.case')).toMatchObject({ number: 'PR-2026-0001', summary: null, patient: null });
    } finally {
      await write('update case_file set assigned_to = $2 where uid = $1', [story.maria.caseUid, story.advocate.row]);
    }
    await stream.count(2);
    expect(at(stream.events[1], 'caseChanged.case.summary')).toBe('Moved thrice');
  });

  it('hears nothing of what was hidden from them all along: it does not exist', async () => {
    await write('update case_file set label_mask = 1 where uid = $1', [story.john.caseUid]);
    try {
      const [one, all, absent] = [
        await watch(story.john.caseUid),
        await listen('subscription { caseChanged { caseId } }'),
        await watch('00000000-0000-4000-8000-00000000dead'),
      ];
      await touch(story.john.caseUid);
      await quietly();
      expect([one.events, all.events, absent.events]).toEqual([[], [], []]);
    } finally {
      await write('update case_file set label_mask = 0 where uid = $1', [story.john.caseUid]);
    }
  });
});

describe('a reminder that falls due', () => {
  const due = `subscription Due { reminderDue { reminderId reminder { rule reason status case { number } recipient { name } withheld { field } } } }`;
  const remind = async (caseUid: string, recipient: string | null): Promise<string> => {
    const [row] = await write(
      `insert into reminder (case_id, rule, subject, reason, due_at, status, recipient_id)
       select id, 'test', gen_random_uuid(), 'Zz-Answer Maria', now(), 'SCHEDULED', $2 from case_file where uid = $1 returning uid`,
      [caseUid, recipient],
    );
    await asOwner(database.workerUrl, `update reminder set status = 'SENT', sent_at = now() where uid = $1`, [row?.['uid']]);
    return `rem_${String(row?.['uid'])}`;
  };

  it('is told to its recipient and to nobody else', async () => {
    const mine = await listen(due, { userUid: story.advocate.uid }, { at: there });
    const theirs = await listen(due, { userUid: story.other.uid });
    const id = await remind(story.maria.caseUid, story.advocate.row);
    await mine.count(1);
    await quietly();
    expect(mine.events).toEqual([
      {
        data: {
          reminderDue: {
            reminderId: id,
            reminder: {
              rule: 'test',
              reason: 'Zz-Answer Maria',
              status: 'SENT',
              case: { number: 'PR-2026-0001' },
              recipient: { name: 'Zz-Ana Zz-Diaz' },
              withheld: [],
            },
          },
        },
      },
    ]);
    expect(theirs.events).toEqual([]);
  });

  it('without a recipient is told to the departments that share the case', async () => {
    await write('insert into case_department (case_id, department_id) select id, $1 from case_file where uid = $2', [
      story.department.row,
      story.john.caseUid,
    ]);
    const sharing = await listen(due, { userUid: story.advocate.uid, departments: [story.department.uid] });
    const outside = await listen(due, { userUid: story.advocate.uid });
    await remind(story.john.caseUid, null);
    await sharing.count(1);
    await quietly();
    expect(at(sharing.events[0], 'reminderDue.reminder.reason')).toBe('Zz-Answer Maria');
    expect(outside.events).toEqual([]);
    await write('delete from case_department');
  });

  it('of a case that its recipient may not read any more is null', async () => {
    const stream = await listen(due, { userUid: story.advocate.uid });
    const id = await remind(story.john.caseUid, story.advocate.row);
    await stream.count(1);
    expect(stream.events[0]).toEqual({ data: { reminderDue: { reminderId: id, reminder: null } } });
  });
});

describe('a run of a source', () => {
  const progress = `subscription Progress($source: String) { syncProgress(source: $source) { id state read progress } }`;
  const engineer = () => ({ userUid: story.advocate.uid, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN' });

  it('is told as it goes on, of the source that was asked for', async () => {
    const [ehr, any] = [
      await listen(progress, engineer(), { variables: { source: 'ehr' } }),
      await listen(progress, engineer(), { at: there }),
    ];
    const [run] = await asOwner(
      database.workerUrl,
      `insert into sync_run (source_id, started_at, state) select id, now(), 'RUNNING' from source where name = 'ehr' returning uid`,
    );
    await ehr.count(1);
    await asOwner(database.workerUrl, 'update sync_run set read = 100, progress = 0.5, heartbeat_at = now() where uid = $1', [
      run?.['uid'],
    ]);
    await ehr.count(2);
    await asOwner(database.workerUrl, 'update sync_run set heartbeat_at = now()'); // alone no news
    await asOwner(
      database.workerUrl,
      `insert into sync_run (source_id, started_at, state) select id, now(), 'RUNNING' from source where name = 'billing'`,
    );
    await any.count(3);
    await quietly();
    expect(ehr.events.map(({ data }) => data?.['syncProgress'])).toEqual([
      { id: `run_${String(run?.['uid'])}`, state: 'RUNNING', read: 0, progress: null },
      { id: `run_${String(run?.['uid'])}`, state: 'RUNNING', read: 100, progress: 0.5 },
    ]);
    expect(any.events).toHaveLength(3);
  });

  it('is refused to who does not manage sources, and a source that nobody knows is named as such', async () => {
    expect(String(await (await listen(progress)).untilEnded())).toMatch(/403/);
    expect(String(await (await listen(progress, engineer(), { variables: { source: 'nowhere' } })).untilEnded())).toMatch(/404/);
  });
});

describe('the audit trail', () => {
  it('has the opening of the stream, and one entry for each event, before it leaves, under the request of the stream', async () => {
    const from = await head();
    const stream = await watch(story.maria.caseUid);
    await touch(story.maria.caseUid);
    await stream.count(1);
    const rows = await trail(from);
    expect(rows).toMatchObject([
      { operation: 'Watched', action: 'READ', outcome: 'ALLOWED', person_uid: null },
      { operation: 'Watched', action: 'READ', outcome: 'ALLOWED', person_uid: story.maria.uid, case_uid: story.maria.caseUid },
    ]);
    expect(rows[1]?.request_id).toBe(rows[0]?.request_id);
  });

  it('names the case where nothing but its id was asked for, the person of a reminder, and what was withheld', async () => {
    const ids = await listen('subscription Ids { caseChanged { caseId } }');
    let from = await head();
    await touch(story.maria.caseUid);
    await ids.count(1);
    expect(await trail(from)).toMatchObject([{ operation: 'Ids', person_uid: null, case_uid: story.maria.caseUid }]);
    ids.close();
    const theirs = await watch(story.john.caseUid, { userUid: story.advocate.uid });
    from = await head();
    await touch(story.john.caseUid);
    await theirs.count(1);
    expect(await trail(from)).toMatchObject([
      { operation: 'Watched', person_uid: null, case_uid: story.john.caseUid, outcome: 'PARTLY_WITHHELD' },
    ]);
    theirs.close();
    const due = await listen('subscription Due { reminderDue { reminderId reminder { reason } } }', { userUid: story.advocate.uid });
    from = await head();
    await asOwner(database.workerUrl, `update reminder set sent_at = now() where case_id = (select id from case_file where uid = $1)`, [
      story.maria.caseUid,
    ]);
    await due.count(1);
    expect(await trail(from)).toMatchObject([{ operation: 'Due', person_uid: story.maria.uid, case_uid: story.maria.caseUid }]);
  });

  it('has an entry for who was refused', async () => {
    const from = await head();
    const refused = await listen('subscription Sly { caseChanged { caseId } }', {
      userUid: story.advocate.uid,
      role: 'ANALYST',
      purpose: 'HQUALIMP',
    });
    expect(String(await refused.untilEnded())).toMatch(/403/);
    expect(await trail(from)).toMatchObject([{ operation: 'Sly', outcome: 'REFUSED' }]);
  });
});
