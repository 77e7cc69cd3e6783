/** Subscriptions over real sockets and real Postgres: two gateways on one database, and what each viewer hears. */
import { describe, expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { asOwner } from '../support/owner.js';
import { quietly } from '../support/streams.js';
import { streamWorld } from './stream-world.js';

const world = streamWorld();
const caseId = (uid: string): string => `case_${uid}`;

describe('a case that changes', () => {
  it('is told to the viewer who watches it, whichever gateway they are at, as it is now', async () => {
    const [near, far] = [await world.watch(world.story.maria.caseUid), await world.watch(world.story.maria.caseUid, null, world.there)];
    await world.write(`update case_file set version = 7, summary = 'Moved thrice' where uid = $1`, [world.story.maria.caseUid]);
    for (const stream of [near, far]) {
      await stream.count(1);
      expect(stream.events[0]).toEqual({
        data: {
          caseChanged: {
            caseId: caseId(world.story.maria.caseUid),
            case: { number: 'PR-2026-0001', version: 7, summary: 'Moved thrice', patient: { name: 'Zz-Maria Zz-Lopez' }, withheld: [] },
          },
        },
      });
    }
  });

  it('is not told to who watches another, and to everybody who watches all', async () => {
    const another = await world.watch(world.story.john.caseUid);
    const all = await world.listen('subscription { caseChanged { caseId } }', null, { at: world.there });
    await world.touch(world.story.maria.caseUid);
    await all.count(1);
    await quietly();
    expect(all.events).toEqual([{ data: { caseChanged: { caseId: caseId(world.story.maria.caseUid) } } }]);
    expect(another.events).toEqual([]);
  });

  it('of somebody else shows what it shows everywhere: number, status, version, facility and deadlines', async () => {
    const stream = await world.watch(world.story.john.caseUid, { userUid: world.story.advocate.uid });
    await world.touch(world.story.john.caseUid);
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
    const stream = await world.watch(world.story.maria.caseUid);
    await asOwner(
      world.database.workerUrl,
      `update deadline set status = 'MISSED' where case_id = (select id from case_file where uid = $1)`,
      [world.story.maria.caseUid],
    );
    await stream.count(1);
    await asOwner(world.database.workerUrl, 'select tell_cases_of_records(array[$1]::bigint[])', [world.story.maria.recordRow]);
    await stream.count(2);
  });

  it('is told under the names that the document gives its fields', async () => {
    const stream = await world.listen('subscription { c: caseChanged { who: caseId __typename file: case { no: number } } }');
    await world.touch(world.story.maria.caseUid);
    await stream.count(1);
    expect(stream.events[0]).toEqual({
      data: { c: { who: caseId(world.story.maria.caseUid), __typename: 'CaseEvent', file: { no: 'PR-2026-0001' } } },
    });
  });
});

describe('a viewer who lost access while they listen', () => {
  it('to the case by a label that hides it is told once that it is gone, and then nothing', async () => {
    const stream = await world.watch(world.story.maria.caseUid);
    try {
      await world.write('update case_file set label_mask = 1 where uid = $1', [world.story.maria.caseUid]);
      await stream.count(1);
      expect(stream.events[0]).toEqual({ data: { caseChanged: { caseId: caseId(world.story.maria.caseUid), case: null } } });
      await world.touch(world.story.maria.caseUid);
      await quietly();
      expect(stream.events).toHaveLength(1);
    } finally {
      await world.write('update case_file set label_mask = 0 where uid = $1', [world.story.maria.caseUid]);
    }
    await stream.count(2);
    expect(at(stream.events[1], 'caseChanged.case.number')).toBe('PR-2026-0001');
  });

  it('by another taking the case over reads no more of it than of any other', async () => {
    const stream = await world.watch(world.story.maria.caseUid, { userUid: world.story.advocate.uid });
    try {
      await world.write('update case_file set assigned_to = $2 where uid = $1', [world.story.maria.caseUid, world.story.other.row]);
      await stream.count(1);
      expect(at(stream.events[0], 'caseChanged.case')).toMatchObject({ number: 'PR-2026-0001', summary: null, patient: null });
    } finally {
      await world.write('update case_file set assigned_to = $2 where uid = $1', [world.story.maria.caseUid, world.story.advocate.row]);
    }
    await stream.count(2);
    expect(at(stream.events[1], 'caseChanged.case.summary')).toBe('Moved thrice');
  });

  it('hears nothing of what was hidden from them all along: it does not exist', async () => {
    await world.write('update case_file set label_mask = 1 where uid = $1', [world.story.john.caseUid]);
    try {
      const [one, all, absent] = [
        await world.watch(world.story.john.caseUid),
        await world.listen('subscription { caseChanged { caseId } }'),
        await world.watch('00000000-0000-4000-8000-00000000dead'),
      ];
      await world.touch(world.story.john.caseUid);
      await quietly();
      expect([one.events, all.events, absent.events]).toEqual([[], [], []]);
    } finally {
      await world.write('update case_file set label_mask = 0 where uid = $1', [world.story.john.caseUid]);
    }
  });
});

describe('a reminder that falls due', () => {
  const due = `subscription Due { reminderDue { reminderId reminder { rule reason status case { number } recipient { name } withheld { field } } } }`;
  const remind = async (caseUid: string, recipient: string | null): Promise<string> => {
    const [row] = await world.write(
      `insert into reminder (case_id, rule, subject, reason, due_at, status, recipient_id)
       select id, 'test', gen_random_uuid(), 'Zz-Answer Maria', now(), 'SCHEDULED', $2 from case_file where uid = $1 returning uid`,
      [caseUid, recipient],
    );
    await asOwner(world.database.workerUrl, `update reminder set status = 'SENT', sent_at = now() where uid = $1`, [row?.['uid']]);
    return `rem_${String(row?.['uid'])}`;
  };

  it('is told to its recipient and to nobody else', async () => {
    const mine = await world.listen(due, { userUid: world.story.advocate.uid }, { at: world.there });
    const theirs = await world.listen(due, { userUid: world.story.other.uid });
    const id = await remind(world.story.maria.caseUid, world.story.advocate.row);
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
    await world.write('insert into case_department (case_id, department_id) select id, $1 from case_file where uid = $2', [
      world.story.department.row,
      world.story.john.caseUid,
    ]);
    const sharing = await world.listen(due, { userUid: world.story.advocate.uid, departments: [world.story.department.uid] });
    const outside = await world.listen(due, { userUid: world.story.advocate.uid });
    await remind(world.story.john.caseUid, null);
    await sharing.count(1);
    await quietly();
    expect(at(sharing.events[0], 'reminderDue.reminder.reason')).toBe('Zz-Answer Maria');
    expect(outside.events).toEqual([]);
    await world.write('delete from case_department');
  });

  it('of a case that is masked is null, as it is by its id', async () => {
    const stream = await world.listen(due, { userUid: world.story.advocate.uid });
    await world.write('update case_file set label_mask = 4 where uid = $1', [world.story.maria.caseUid]);
    try {
      const id = await remind(world.story.maria.caseUid, world.story.advocate.row);
      await stream.count(1);
      expect(stream.events[0]).toEqual({ data: { reminderDue: { reminderId: id, reminder: null } } });
    } finally {
      await world.write('update case_file set label_mask = 0 where uid = $1', [world.story.maria.caseUid]);
    }
  });

  it('of a case that its recipient may not read any more is null', async () => {
    const stream = await world.listen(due, { userUid: world.story.advocate.uid });
    const id = await remind(world.story.john.caseUid, world.story.advocate.row);
    await stream.count(1);
    expect(stream.events[0]).toEqual({ data: { reminderDue: { reminderId: id, reminder: null } } });
  });
});

describe('a run of a source', () => {
  const progress = `subscription Progress($source: String) { syncProgress(source: $source) { id state read progress } }`;
  const engineer = () => ({ userUid: world.story.advocate.uid, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN' });

  it('is told as it goes on, of the source that was asked for', async () => {
    const [ehr, any] = [
      await world.listen(progress, engineer(), { variables: { source: 'ehr' } }),
      await world.listen(progress, engineer(), { at: world.there }),
    ];
    const [run] = await asOwner(
      world.database.workerUrl,
      `insert into sync_run (source_id, started_at, state) select id, now(), 'RUNNING' from source where name = 'ehr' returning uid`,
    );
    await ehr.count(1);
    await asOwner(world.database.workerUrl, 'update sync_run set read = 100, progress = 0.5, heartbeat_at = now() where uid = $1', [
      run?.['uid'],
    ]);
    await ehr.count(2);
    await asOwner(world.database.workerUrl, 'update sync_run set heartbeat_at = now()'); // alone no news
    await asOwner(
      world.database.workerUrl,
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
    expect(String(await (await world.listen(progress)).untilEnded())).toMatch(/403/);
    expect(String(await (await world.listen(progress, engineer(), { variables: { source: 'nowhere' } })).untilEnded())).toMatch(/404/);
  });
});
