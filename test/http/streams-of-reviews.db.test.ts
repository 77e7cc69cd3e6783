/** Who reviews break-glass access hears of a review that waits for them while they listen: which one, and what asked for it. Of
 *  the patient they are told what their role may know, of the case nothing. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { settleGrants } from '../../src/access/index.js';
import { openPool } from '../../src/store/index.js';
import { at, textAt } from '../support/answers.js';
import { testPolicy } from '../support/gateway.js';
import { quietly } from '../support/streams.js';
import { streamWorld } from './stream-world.js';

const world = streamWorld();
const uid = { officer: '', second: '', manager: '' };
const officer = (userUid = uid.officer) => ({ userUid, role: 'PRIVACY_OFFICER', purpose: 'HCOMPL' });
const manager = () => ({ userUid: uid.manager, role: 'MANAGER' });

beforeAll(async () => {
  const rows = await world.write(
    `insert into directory_user (uid, name, role) values (gen_random_uuid(), 'Zz-Jun', 'PRIVACY_OFFICER'), (gen_random_uuid(), 'Zz-Ida', 'PRIVACY_OFFICER'), (gen_random_uuid(), 'Zz-Dora', 'MANAGER') returning uid`,
  );
  [uid.officer, uid.second, uid.manager] = rows.map((row) => String(row['uid'])) as [string, string, string];
});

const due = `subscription Due { reminderDue { reminderId reminder { reason } review { rule grant { id overdue patient { name } } } } }`;
const reason = 'He is at the desk, and Olu is away today.';
async function breakGlass(): Promise<string> {
  const { json } = await world.here.post(await world.here.token({ userUid: world.story.advocate.uid }), {
    query: 'mutation ($input: BreakGlassInput!) { breakGlass(input: $input) { ... on GrantChanged { grant { id } } } }',
    variables: { input: { patientId: `pat_${world.story.john.uid}`, reason } },
  });
  return textAt(json, 'breakGlass.grant.id');
}

describe('a break-glass access that waits for its review', () => {
  it('is told at once to each who reviews, at whichever gateway, and to nobody else', async () => {
    const [mine, theirs] = [await world.listen(due, officer()), await world.listen(due, officer(uid.second), { at: world.there })];
    const others = [await world.listen(due, { userUid: world.story.advocate.uid }), await world.listen(due, manager())];
    const grant = await breakGlass();
    for (const stream of [mine, theirs]) {
      await stream.count(1);
      expect(at(stream.events[0], 'reminderDue')).toEqual({
        reminderId: expect.stringMatching(/^rem_/),
        reminder: null,
        review: { rule: 'glass.broken', grant: { id: grant, overdue: false, patient: { name: 'Zz-John Zz-Doe' } } },
      });
    }
    await quietly();
    expect([mine, theirs, ...others].map(({ events }) => events.length)).toEqual([1, 1, 0, 0]);
  });

  it('leaves an entry that names the patient, where the patient is asked for', async () => {
    const stream = await world.listen(due, officer());
    const [head] = await world.write('select seq from audit_head');
    const grant = await breakGlass();
    await stream.count(1);
    expect(
      await world.write(`select user_uid, person_uid, case_uid from audit_entry where operation = 'Due' and seq > $1`, [head?.['seq']]),
    ).toEqual([{ user_uid: uid.officer, person_uid: world.story.john.uid, case_uid: null }]);
    expect(at(stream.events[0], 'reminderDue.review.grant.id')).toBe(grant);
  });

  it('is told again when nobody has done it in time, and a day later to the manager, who is shown no more than that', async () => {
    await world.write(`update access_grant set reviewed_at = now()`);
    const grant = await breakGlass();
    await world.write(`update access_grant set review_due_at = now() - interval '25 hours' where uid = $1`, [grant.slice('grant_'.length)]);
    const [reviewing, managing] = [await world.listen(due, officer()), await world.listen(due, manager())];
    const pool = openPool(world.database.workerUrl, { max: 1, name: 'test' });
    await settleGrants(pool, testPolicy.glass).finally(() => pool.end());
    await reviewing.count(1);
    await managing.count(1);
    expect(at(reviewing.events[0], 'reminderDue')).toMatchObject({
      review: { rule: 'glass.overdue', grant: { id: grant, overdue: true } },
    });
    expect(at(managing.events[0], 'reminderDue')).toEqual({
      reminderId: expect.stringMatching(/^rem_/),
      reminder: null,
      review: { rule: 'glass.escalated', grant: null },
    });
  });
});

it('a reminder of a case is told as before: it is no review', async () => {
  const { advocate, maria } = world.story;
  const stream = await world.listen(due, { userUid: advocate.uid });
  await world.write(
    `insert into reminder (case_id, rule, subject, reason, due_at, status, sent_at, recipient_id) select id, 'r', 's', 'Zz-Call her', now(), 'SENT', now(), $2 from case_file where uid = $1`,
    [maria.caseUid, advocate.row],
  );
  await stream.count(1);
  expect(at(stream.events[0], 'reminderDue')).toMatchObject({ reminder: { reason: 'Zz-Call her' }, review: null });
});
