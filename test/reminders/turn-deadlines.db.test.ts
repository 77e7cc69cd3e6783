/** From deadlines to reminders on a real database: the set follows from deadlines, holder and rules alone. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packageRoot, type RowId } from '../../src/kernel/index.js';
import { loadReminderRules, markDueReminders, turnDeadlinesIntoReminders } from '../../src/reminders/index.js';
import { addPatient, caseIdOf, caseRules, changed, noon, openOffice, userId, type Office } from '../cases/office.js';

const known = { rules: loadReminderRules(join(packageRoot, 'schema', 'reminders', 'first.yaml')), calendars: caseRules.calendars };
let office: Office;
let count = 0;
beforeAll(async () => {
  office = await openOffice();
  await addPatient(office, { given: 'Zz-Maria', family: 'Zz-Lopez', birthDate: '1959-02-03', mrn: '7001' });
});
afterEach(() => office.owner.query('truncate case_file cascade'));
afterAll(() => office.close());

/** A telephone complaint of Friday 20 November 2026. Reminders: Tuesday 24th at nine for both steps (the 26th is a holiday,
 *  the acknowledgement ends on the 25th, the reply on the 27th). */
const open = async (more: object = {}) => {
  count += 1;
  const outcome = await (
    await office.as()
  ).openCase({ channel: 'PHONE', summary: `Zz-Complaint ${count}`, receivedAt: '2026-11-20T14:00:00Z', ...more });
  const [row] = await office.rows<{ id: RowId }>('select id from case_file where uid = $1', changed(outcome).caseUid);
  return { caseId: caseIdOf(outcome), id: row?.id ?? ('0' as RowId) };
};
const turn = (fromId: RowId, toId = fromId) => turnDeadlinesIntoReminders(office.worker, { fromId, toId }, known);
const reminders = () =>
  office.rows<Record<string, unknown>>(
    `select r.rule, r.status, r.due_at, r.sent_at, u.uid as recipient, r.reason from reminder r left join directory_user u on u.id = r.recipient_id order by r.case_id, r.rule, r.subject`,
  );
const short = async () => (await reminders()).map(({ rule, status, due_at }) => [rule, status, (due_at as Date).toISOString()]);
const nine = '2026-11-24T14:00:00.000Z';

describe('turning deadlines into reminders', () => {
  it('gives one for each owed deadline, to the holder, with the rule in words and nothing of the complaint', async () => {
    const { id } = await open();
    expect(await turn(id)).toEqual({ scheduled: 2, cancelled: 0 });
    expect(await reminders()).toEqual([
      {
        rule: 'hub.remind.acknowledge',
        status: 'SCHEDULED',
        due_at: new Date(nine),
        sent_at: null,
        recipient: userId('advocate').slice(4),
        reason: 'Acknowledgement due (Hub policy)',
      },
      {
        rule: 'hub.remind.reply',
        status: 'SCHEDULED',
        due_at: new Date(nine),
        sent_at: null,
        recipient: userId('advocate').slice(4),
        reason: 'Reply due (42 CFR 482.13(a)(2); SOM Appendix A, A-0122)',
      },
    ]);
    expect(await turn(id)).toEqual({ scheduled: 0, cancelled: 0 });
  });

  it('withdraws the reminder of a deadline that is met, and keeps the other', async () => {
    const { caseId, id } = await open();
    await turn(id);
    changed(await (await office.as()).acknowledgeCase({ caseId }));
    expect(await turn(id)).toEqual({ scheduled: 0, cancelled: 1 });
    expect(await short()).toEqual([
      ['hub.remind.acknowledge', 'CANCELLED', nine],
      ['hub.remind.reply', 'SCHEDULED', nine],
    ]);
  });

  it('moves with a changed date, and to the new holder, who is reminded although the old one was', async () => {
    const { caseId, id } = await open({ channel: 'LETTER' });
    await turn(id);
    await office.owner.query(
      `update deadline set status = 'EXTENDED', extended_to = '2026-12-05T04:59:59.999Z' where case_id = $1 and step = 'REPLY'`,
      [id],
    );
    await turn(id);
    expect((await short())[1]).toEqual(['hub.remind.reply', 'SCHEDULED', '2026-12-02T14:00:00.000Z']);
    await markDueReminders(office.worker, new Date('2026-12-03T00:00:00Z'));
    changed(await (await office.as()).assignCase({ caseId, assigneeId: userId('advocate-2') }));
    await turn(id);
    expect((await reminders())[1]).toMatchObject({ status: 'SCHEDULED', sent_at: null, recipient: userId('advocate-2').slice(4) });
  });

  it('does not send again what was sent, unless the date came to lie later than the sending', async () => {
    const { id } = await open();
    await turn(id);
    await markDueReminders(office.worker, new Date('2026-11-25T12:00:00Z'));
    expect(await turn(id)).toEqual({ scheduled: 0, cancelled: 0 });
    await office.owner.query(
      `update deadline set status = 'EXTENDED', extended_to = '2026-12-05T04:59:59.999Z' where case_id = $1 and step = 'REPLY'`,
      [id],
    );
    expect(await turn(id)).toEqual({ scheduled: 1, cancelled: 0 });
    expect((await short())[1]).toEqual(['hub.remind.reply', 'SCHEDULED', '2026-12-02T14:00:00.000Z']);
  });

  it('leaves what somebody snoozed or did as they left it', async () => {
    const { id } = await open();
    await turn(id);
    await office.owner.query(`update reminder set status = 'SNOOZED', due_at = '2026-11-25T20:00:00Z' where rule = 'hub.remind.reply'`);
    await office.owner.query(`update reminder set status = 'DONE' where rule = 'hub.remind.acknowledge'`);
    expect(await turn(id)).toEqual({ scheduled: 0, cancelled: 0 });
    await markDueReminders(office.worker, new Date('2026-11-25T21:00:00Z'));
    expect(await turn(id)).toEqual({ scheduled: 0, cancelled: 0 });
    expect(await short()).toEqual([
      ['hub.remind.acknowledge', 'DONE', nine],
      ['hub.remind.reply', 'SENT', '2026-11-25T20:00:00.000Z'],
    ]);
  });

  it('takes a range of cases at once and leaves others alone', async () => {
    const cases = [await open(), await open(), await open()];
    const [first, second] = cases;
    if (!first || !second) throw new Error('three cases were opened');
    expect(await turn(first.id, second.id)).toEqual({ scheduled: 4, cancelled: 0 });
    expect(await short()).toHaveLength(4);
  });

  it('comes to the same set in any order, any number of times, several workers at once', async () => {
    const steps = ['turn', 'turn', 'acknowledge', 'assign', 'extend', 'withdraw'] as const;
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...steps], { minLength: 1 }), async (order) => {
        await office.owner.query('truncate case_file cascade');
        const { caseId, id } = await open();
        for (const step of order) {
          if (step === 'turn') await Promise.all([turn(id), turn(id)]);
          if (step === 'acknowledge') changed(await (await office.as({ user: 'manager' })).acknowledgeCase({ caseId }));
          if (step === 'assign')
            changed(await (await office.as({ user: 'manager' })).assignCase({ caseId, assigneeId: userId('advocate-2') }));
          if (step === 'extend')
            await office.owner.query(`update deadline set extended_to = '2026-12-05T04:59:59.999Z' where case_id = $1 and step = 'REPLY'`, [
              id,
            ]);
          if (step === 'withdraw')
            await office.owner.query(`update deadline set status = 'WITHDRAWN' where case_id = $1 and step = 'REPLY'`, [id]);
        }
        await turn(id);
        const held = order.includes('assign') ? 'advocate-2' : 'advocate';
        const live = (await reminders()).filter(({ status }) => status !== 'CANCELLED');
        const expected = [
          ...(order.includes('acknowledge') ? [] : [['hub.remind.acknowledge', nine]]),
          ...(order.includes('withdraw') ? [] : [['hub.remind.reply', order.includes('extend') ? '2026-12-02T14:00:00.000Z' : nine]]),
        ];
        expect(live.map(({ rule, due_at }) => [rule, (due_at as Date).toISOString()])).toEqual(expected);
        expect(live.every(({ recipient, status }) => recipient === userId(held).slice(4) && status === 'SCHEDULED')).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the passing of time', () => {
  it('sends what is due on the business clock, once, to the instant', async () => {
    const { id } = await open();
    await turn(id);
    expect(await markDueReminders(office.worker, new Date('2026-11-24T13:59:59.999Z'))).toEqual({ sent: 0, missed: 0 });
    expect(await markDueReminders(office.worker, new Date(nine))).toEqual({ sent: 2, missed: 0 });
    expect(await markDueReminders(office.worker, new Date(nine))).toEqual({ sent: 0, missed: 0 });
    expect((await reminders()).map(({ status, sent_at }) => [status, sent_at])).toEqual(
      Array.from({ length: 2 }, () => ['SENT', new Date(nine)]),
    );
  });

  it('misses a clock after its last instant, writes one line of history, and the case stays due since then', async () => {
    const { id } = await open();
    const end = '2026-11-26T04:59:59.999Z';
    expect((await markDueReminders(office.worker, new Date(end))).missed).toBe(0);
    expect((await markDueReminders(office.worker, new Date('2026-11-26T05:00:00Z'))).missed).toBe(1);
    expect((await markDueReminders(office.worker, new Date('2026-11-27T05:00:00Z'))).missed).toBe(0);
    expect(await office.rows('select status from deadline where case_id = $1 order by due_at', id)).toEqual([
      { status: 'MISSED' },
      { status: 'RUNNING' },
    ]);
    expect(await office.rows('select next_due_at, version from case_file')).toEqual([{ next_due_at: new Date(end), version: 1 }]);
    expect(await office.rows(`select at, by_user, what, after from case_event where what <> 'OPENED'`)).toEqual([
      { at: new Date(end), by_user: null, what: 'DEADLINE_MISSED', after: { deadlines: ['hub.internal.acknowledge'] } },
    ]);
  });

  it('does not conflict with a person: a missed clock that is done late stays missed, and is no longer owed', async () => {
    const { caseId } = await open();
    await markDueReminders(office.worker, new Date('2026-11-26T12:00:00Z'));
    changed(await (await office.as({ clock: '2026-11-26T13:00:00Z' })).acknowledgeCase({ caseId, expectedVersion: 1 }));
    expect(await office.rows('select status, met_at from deadline order by due_at')).toEqual([
      { status: 'MISSED', met_at: new Date('2026-11-26T13:00:00Z') },
      { status: 'RUNNING', met_at: null },
    ]);
    expect(await office.rows('select next_due_at from case_file')).toEqual([{ next_due_at: new Date('2026-11-28T04:59:59.999Z') }]);
  });

  it('counts an extended clock to its new date', async () => {
    const { id } = await open();
    await office.owner.query(`update deadline set status = 'EXTENDED', extended_to = '2026-12-05T04:59:59.999Z' where case_id = $1`, [id]);
    expect((await markDueReminders(office.worker, new Date('2026-12-05T04:59:59.999Z'))).missed).toBe(0);
    expect((await markDueReminders(office.worker, new Date('2026-12-05T05:00:00Z'))).missed).toBe(2);
  });

  it('leaves a case that somebody is working on for the next poll, and never waits for it', async () => {
    const { id } = await open();
    const busy = await office.owner.connect();
    try {
      await busy.query('begin');
      await busy.query('select 1 from case_file where id = $1 for update', [id]);
      expect((await markDueReminders(office.worker, new Date('2026-12-01T00:00:00Z'))).missed).toBe(0);
      await busy.query('rollback');
    } finally {
      busy.release();
    }
    expect((await markDueReminders(office.worker, new Date('2026-12-01T00:00:00Z'))).missed).toBe(2);
  });

  it('gets through more rows than one batch, with two workers at once', async () => {
    const { id } = await open();
    await turn(id);
    await office.owner.query(
      `insert into reminder (case_id, rule, subject, due_at, status) select $1, 'hub.remind.reply', 'other:' || n, $2::timestamptz, 'SCHEDULED' from generate_series(1, 2500) n`,
      [id, noon],
    );
    const both = await Promise.all([markDueReminders(office.worker, new Date(noon)), markDueReminders(office.worker, new Date(noon))]);
    expect(both.reduce((sum, { sent }) => sum + sent, 0)).toBe(2_500);
  });

  it('meets people who act at the same moment without a deadlock', async () => {
    const cases = await Promise.all(Array.from({ length: 6 }, () => open()));
    const ids = cases.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
    const late = { clock: '2026-11-26T13:00:00Z' };
    const acts = await office.as(late);
    await Promise.all([
      ...cases.map(({ caseId }) => acts.acknowledgeCase({ caseId }).then(changed)),
      turn(ids[0] as RowId, ids.at(-1) as RowId),
      markDueReminders(office.worker, new Date('2026-11-26T13:00:00Z')),
      turn(ids[0] as RowId, ids.at(-1) as RowId),
    ]);
    expect(await office.rows(`select distinct status from deadline where step = 'ACKNOWLEDGE' and met_at is not null`)).toEqual([
      { status: 'MISSED' },
    ]);
  });
});
