/** No event without its entry: what stands in the audit trail of a stream. */
import { describe, expect, it } from '@jest/globals';
import { asOwner } from '../support/owner.js';
import { streamWorld } from './stream-world.js';

const world = streamWorld();

async function trail(from: number) {
  return asOwner<{
    operation: string;
    person_uid: string | null;
    case_uid: string | null;
    outcome: string;
    action: string;
    request_id: string;
  }>(
    world.database.url,
    'select operation, person_uid, case_uid, outcome, action, request_id from audit_entry where seq > $1 order by seq',
    [from],
  );
}
const head = async (): Promise<number> => Number((await world.write('select seq from audit_head'))[0]?.['seq']);

describe('the audit trail', () => {
  it('has the opening of the stream, and one entry for each event, before it leaves, under the request of the stream', async () => {
    const from = await head();
    const stream = await world.watch(world.story.maria.caseUid);
    await world.touch(world.story.maria.caseUid);
    await stream.count(1);
    const rows = await trail(from);
    expect(rows).toMatchObject([
      { operation: 'Watched', action: 'READ', outcome: 'ALLOWED', person_uid: null },
      { operation: 'Watched', action: 'READ', outcome: 'ALLOWED', person_uid: world.story.maria.uid, case_uid: world.story.maria.caseUid },
    ]);
    expect(rows[1]?.request_id).toBe(rows[0]?.request_id);
  });

  it('names the case where nothing but its id was asked for, the person of a reminder, and what was withheld', async () => {
    const ids = await world.listen('subscription Ids { caseChanged { caseId } }');
    let from = await head();
    await world.touch(world.story.maria.caseUid);
    await ids.count(1);
    expect(await trail(from)).toMatchObject([{ operation: 'Ids', person_uid: null, case_uid: world.story.maria.caseUid }]);
    ids.close();
    const theirs = await world.watch(world.story.john.caseUid, { userUid: world.story.advocate.uid });
    from = await head();
    await world.touch(world.story.john.caseUid);
    await theirs.count(1);
    expect(await trail(from)).toMatchObject([
      { operation: 'Watched', person_uid: null, case_uid: world.story.john.caseUid, outcome: 'PARTLY_WITHHELD' },
    ]);
    theirs.close();
    await world.write(
      `insert into reminder (case_id, rule, subject, due_at, status, recipient_id) select id, 'r', 's', now(), 'SCHEDULED', assigned_to from case_file where uid = $1`,
      [world.story.maria.caseUid],
    );
    const due = await world.listen('subscription Due { reminderDue { reminderId reminder { reason } } }', {
      userUid: world.story.advocate.uid,
    });
    from = await head();
    await asOwner(
      world.database.workerUrl,
      `update reminder set status = 'SENT', sent_at = now() where case_id = (select id from case_file where uid = $1)`,
      [world.story.maria.caseUid],
    );
    await due.count(1);
    expect(await trail(from)).toMatchObject([{ operation: 'Due', person_uid: world.story.maria.uid, case_uid: world.story.maria.caseUid }]);
  });

  it('has an entry for who was refused', async () => {
    const from = await head();
    const refused = await world.listen('subscription Sly { caseChanged { caseId } }', {
      userUid: world.story.advocate.uid,
      role: 'ANALYST',
      purpose: 'HQUALIMP',
    });
    expect(String(await refused.untilEnded())).toMatch(/403/);
    expect(await trail(from)).toMatchObject([{ operation: 'Sly', outcome: 'REFUSED' }]);
  });
});
