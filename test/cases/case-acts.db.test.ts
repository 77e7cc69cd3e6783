/** What is done with a case once it is open: who may, from which status, and what becomes of its clocks. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WireId } from '../../src/kernel/index.js';
import { changed, departmentId, openMariasOffice, userId, type MariasOffice, type Office } from './office.js';

let office: Office;
let maria: MariasOffice['maria'];
let open: MariasOffice['open'];
beforeAll(async () => {
  ({ office, maria, open } = await openMariasOffice());
});
afterAll(() => office.close());

const uid = (caseId: WireId): string => caseId.slice(5);
const file = async (caseId: WireId) =>
  (
    await office.rows<Record<string, unknown>>(
      'select c.*, u.uid as holder from case_file c left join directory_user u on u.id = c.assigned_to where c.uid = $1',
      uid(caseId),
    )
  )[0] ?? {};
const clocks = async (caseId: WireId) =>
  office.rows<{ step: string; status: string; met_at: Date | null }>(
    'select step, d.status, met_at from deadline d join case_file c on c.id = d.case_id where c.uid = $1 order by d.due_at',
    uid(caseId),
  );
const history = async (caseId: WireId) =>
  office.rows<{ what: string; after: Record<string, unknown> }>(
    'select what, after from case_event e join case_file c on c.id = e.case_id where c.uid = $1 order by e.id',
    uid(caseId),
  );

describe('acknowledging', () => {
  it('stops the internal clock and no other, and the case is due next when the reply is', async () => {
    const caseId = await open();
    const outcome = changed(await (await office.as()).acknowledgeCase({ caseId, expectedVersion: 1 }));
    expect(outcome).toMatchObject({ personUid: maria.uid, subject: null });
    expect(await file(caseId)).toMatchObject({
      status: 'ACKNOWLEDGED',
      version: 2,
      acknowledged_at: new Date('2026-11-20T17:00:00Z'),
      next_due_at: new Date('2026-11-28T04:59:59.999Z'),
    });
    expect(await clocks(caseId)).toEqual([
      { step: 'ACKNOWLEDGE', status: 'MET', met_at: new Date('2026-11-20T17:00:00Z') },
      { step: 'REPLY', status: 'RUNNING', met_at: null },
    ]);
    expect((await history(caseId))[1]).toEqual({
      what: 'ACKNOWLEDGED',
      after: { version: 2, status: 'ACKNOWLEDGED', deadlines: ['hub.internal.acknowledge'] },
    });
  });

  it.each([
    ['to the last millisecond, is in time', '2026-11-26T04:59:59.999Z', 'MET'],
    ['a millisecond later, is late, and done', '2026-11-26T05:00:00.000Z', 'MISSED'],
  ])('%s', async (_, clock, status) => {
    const caseId = await open();
    changed(await (await office.as({ clock })).acknowledgeCase({ caseId }));
    expect((await clocks(caseId))[0]).toEqual({ step: 'ACKNOWLEDGE', status, met_at: new Date(clock) });
  });

  it('by a channel is itself the contact; by a note alone it is a note among staff', async () => {
    const told = await open();
    const contact = changed(
      await (await office.as()).acknowledgeCase({ caseId: told, channel: 'PHONE', note: 'Called, thanked, explained.' }),
    );
    const noted = await open();
    const note = changed(await (await office.as()).acknowledgeCase({ caseId: noted, note: 'Letter is in the post.' }));
    const row = async (of: string | undefined) =>
      (await office.rows('select channel, direction, note, counts_as_response from interaction where uid = $1', of))[0];
    expect(contact.subject?.type).toBe('Interaction');
    expect(await row(contact.subject?.uid)).toEqual({
      channel: 'PHONE',
      direction: 'OUTBOUND',
      note: 'Called, thanked, explained.',
      counts_as_response: true,
    });
    expect(await row(note.subject?.uid)).toEqual({
      channel: 'OTHER',
      direction: 'INTERNAL',
      note: 'Letter is in the post.',
      counts_as_response: false,
    });
  });

  it('twice is not allowed, and says from where it is', async () => {
    const caseId = await open();
    const acts = await office.as();
    changed(await acts.acknowledgeCase({ caseId }));
    expect(await acts.acknowledgeCase({ caseId })).toMatchObject({
      outcome: 'refused',
      code: 'TRANSITION_NOT_ALLOWED',
      message: 'The case is ACKNOWLEDGED; this step is for a case that is RECEIVED, REOPENED.',
    });
  });

  it('by two people at once is done by one, and the other is told what changed', async () => {
    const caseId = await open();
    const two = await Promise.all([office.as(), office.as({ user: 'manager' })]);
    const outcomes = await Promise.all(two.map((acts) => acts.acknowledgeCase({ caseId, expectedVersion: 1 })));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['changed', 'conflict']);
    expect(outcomes.find(({ outcome }) => outcome === 'conflict')).toMatchObject({
      currentUid: uid(caseId),
      personUid: maria.uid,
      changed: ['deadlines', 'status'],
    });
    expect(await file(caseId)).toMatchObject({ version: 2 });
    expect(await history(caseId)).toHaveLength(2);
  });

  it('from an old version names every field that changed since, and changes nothing', async () => {
    const caseId = await open({ departmentIds: [departmentId('patient-relations')] });
    const acts = await office.as();
    changed(await acts.recordInteraction({ caseId, channel: 'PHONE', direction: 'INBOUND', note: 'Rang again.' }));
    changed(await acts.assignCase({ caseId, assigneeId: userId('advocate-2'), expectedVersion: 2 }));
    expect(await acts.acknowledgeCase({ caseId, expectedVersion: 1 })).toMatchObject({
      outcome: 'conflict',
      changed: ['assignedTo', 'interactions'],
    });
    expect(await acts.acknowledgeCase({ caseId, expectedVersion: 2 })).toMatchObject({ outcome: 'conflict', changed: ['assignedTo'] });
    expect(await file(caseId)).toMatchObject({ version: 3, status: 'RECEIVED' });
  });

  it('refuses fields that it would have to ignore', async () => {
    const caseId = await open();
    expect(await (await office.as()).acknowledgeCase({ caseId, assigneeId: userId('advocate') })).toMatchObject({
      outcome: 'refused',
      code: 'BAD_INPUT',
      field: 'assigneeId',
    });
    expect(await (await office.as()).acknowledgeCase({ caseId, kind: 'COMPLAINT' })).toMatchObject({ outcome: 'refused', field: 'kind' });
  });

  it('of a case that is hidden from the viewer answers as one that does not exist', async () => {
    const caseId = await open();
    await office.owner.query('update case_file set label_mask = 1 where uid = $1', [uid(caseId)]);
    const acts = await office.as();
    const answers = await Promise.all(
      [caseId, 'case_00000000-0000-4000-8000-000000000000', 'case_1', 'pat_1'].map((id) => acts.acknowledgeCase({ caseId: id })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ outcome: 'refused', code: 'NOT_FOUND' });
  });

  it('is replayed by its key although the case has moved on', async () => {
    const caseId = await open();
    const acts = await office.as();
    const request = { caseId, expectedVersion: 1, channel: 'PHONE', idempotencyKey: `ack-${caseId}` };
    const first = await acts.acknowledgeCase(request);
    changed(await acts.assignCase({ caseId, assigneeId: userId('advocate-2') }));
    expect(await acts.acknowledgeCase(request)).toEqual(first);
    expect(await acts.acknowledgeCase({ ...request, channel: 'EMAIL' })).toMatchObject({ outcome: 'refused', field: 'idempotencyKey' });
    expect(await history(caseId)).toHaveLength(3);
  });
});

describe('who may act on a case', () => {
  const acknowledge = async (caseId: WireId, staff: Parameters<Office['as']>[0]) =>
    (await (await office.as(staff)).acknowledgeCase({ caseId })).outcome;

  it('who holds it, who shares it through a department, and the manager of its facility', async () => {
    expect(await acknowledge(await open(), {})).toBe('changed');
    expect(await acknowledge(await open({ departmentIds: [departmentId('patient-relations')] }), { user: 'advocate-2' })).toBe('changed');
    expect(await acknowledge(await open(), { user: 'manager' })).toBe('changed');
  });

  it.each([
    ['an advocate without relation to it', { user: 'advocate-2' }],
    ['an advocate of another facility', { user: 'advocate-valley' }],
    ['a colleague whose token names no department', { user: 'advocate-2', departments: [] }],
    ['a manager of another facility', { user: 'manager', facility: 'valley' }],
    ['a manager under a purpose without narrative', { user: 'manager', purpose: 'HQUALIMP' }],
    ['a responder who shares it', { user: 'responder', departments: ['patient-relations'] }],
  ])('not %s', async (_, staff) => {
    const shared = 'departments' in staff && staff.departments?.includes('patient-relations');
    const caseId = await open(shared ? { departmentIds: [departmentId('patient-relations')] } : {});
    const acts = await office.as(staff);
    for (const outcome of [
      await acts.acknowledgeCase({ caseId }),
      await acts.assignCase({ caseId, assigneeId: userId('advocate-valley') }),
      await acts.recordInteraction({ caseId, channel: 'PHONE', direction: 'OUTBOUND', note: 'Called.' }),
    ]) {
      expect(outcome).toMatchObject({ outcome: 'refused', code: 'NOT_PERMITTED' });
    }
    expect(await file(caseId)).toMatchObject({ version: 1 });
  });

  it('a wrong version tells nothing to somebody who may not act', async () => {
    const caseId = await open();
    expect(await (await office.as({ user: 'advocate-2' })).acknowledgeCase({ caseId, expectedVersion: 9 })).toMatchObject({
      code: 'NOT_PERMITTED',
    });
  });
});

describe('assigning', () => {
  it('gives the case away, keeps the version and asks for new reminders', async () => {
    const caseId = await open();
    changed(
      await (
        await office.as()
      ).assignCase({ caseId, assigneeId: userId('advocate-2'), reason: 'On leave', note: 'Please ring her on Monday.' }),
    );
    expect(await file(caseId)).toMatchObject({ version: 2, holder: userId('advocate-2').slice(4), status: 'RECEIVED' });
    const [, change] = await history(caseId);
    expect(change).toMatchObject({ what: 'ASSIGNED', after: { version: 2, assignedTo: userId('advocate-2'), reason: 'On leave' } });
    expect(JSON.stringify(change)).not.toContain('ring her');
    expect(
      await office.rows(`select 1 from outbox o join case_file c on o.payload->>'fromId' = c.id::text where c.uid = $1`, uid(caseId)),
    ).toHaveLength(2);
    expect(await (await office.as()).acknowledgeCase({ caseId })).toMatchObject({ code: 'NOT_PERMITTED' });
  });

  it('is how a colleague of the facility takes a case over, and only to that colleague', async () => {
    const caseId = await open();
    const colleague = await office.as({ user: 'advocate-2' });
    expect(await colleague.assignCase({ caseId, assigneeId: userId('manager') })).toMatchObject({ code: 'NOT_PERMITTED' });
    expect(
      await (await office.as({ user: 'advocate-valley' })).assignCase({ caseId, assigneeId: userId('advocate-valley') }),
    ).toMatchObject({ code: 'NOT_PERMITTED' });
    changed(await colleague.assignCase({ caseId, assigneeId: userId('advocate-2') }));
    changed(await colleague.acknowledgeCase({ caseId }));
  });

  it.each([
    ['nobody', {}, 'BAD_INPUT'],
    ['somebody unknown', { assigneeId: userId('nobody') }, 'NOT_FOUND'],
    ['somebody who has left', { assigneeId: userId('advocate-former') }, 'BAD_INPUT'],
  ])('refuses to give it to %s', async (_, given, code) => {
    const caseId = await open();
    expect(await (await office.as()).assignCase({ caseId, ...given })).toMatchObject({ outcome: 'refused', code, field: 'assigneeId' });
  });
});

describe('recording a contact', () => {
  const record = async (caseId: WireId, given: object, staff = {}) =>
    (await office.as(staff)).recordInteraction({ caseId, channel: 'PHONE', direction: 'OUTBOUND', note: 'Called.', ...given });

  it('that reached the complainant stops the acknowledgement clock at the time of the contact, never the reply', async () => {
    const caseId = await open();
    // Written down on the day after the clock ran out; the call was in time.
    const outcome = changed(
      await record(caseId, { at: '2026-11-25T20:00:00Z', with: 'Zz-Maria Zz-Lopez' }, { clock: '2026-11-27T12:00:00Z' }),
    );
    expect(await clocks(caseId)).toEqual([
      { step: 'ACKNOWLEDGE', status: 'MET', met_at: new Date('2026-11-25T20:00:00Z') },
      { step: 'REPLY', status: 'RUNNING', met_at: null },
    ]);
    expect(await file(caseId)).toMatchObject({ status: 'RECEIVED', version: 2, next_due_at: new Date('2026-11-28T04:59:59.999Z') });
    expect(await office.rows('select at, with_whom, counts_as_response from interaction where uid = $1', outcome.subject?.uid)).toEqual([
      { at: new Date('2026-11-25T20:00:00Z'), with_whom: 'Zz-Maria Zz-Lopez', counts_as_response: true },
    ]);
  });

  it.each([
    ['came in', { direction: 'INBOUND' }],
    ['was among staff', { direction: 'INTERNAL' }],
    ['did not reach anybody', { countsAsResponse: false }],
    ['was before the complaint', { at: '2026-11-20T13:00:00Z' }],
  ])('that %s stops no clock', async (_, given) => {
    const caseId = await open();
    changed(await record(caseId, given));
    expect((await clocks(caseId)).map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING']);
    expect((await history(caseId))[1]?.after).not.toHaveProperty('deadlines');
  });

  it.each([
    ['in the future', { at: '2026-11-20T18:00:00Z' }, 'at'],
    ['without a note', { note: ' ' }, 'note'],
    ['that came in and is called a response', { direction: 'INBOUND', countsAsResponse: true }, 'countsAsResponse'],
  ])('%s is refused', async (_, given, field) => {
    const caseId = await open();
    expect(await record(caseId, given)).toMatchObject({ outcome: 'refused', code: 'BAD_INPUT', field });
  });

  it('is possible when the case is closed', async () => {
    const caseId = await open();
    await office.owner.query(`update case_file set status = 'CLOSED' where uid = $1`, [uid(caseId)]);
    changed(await record(caseId, {}));
  });

  it('by several at once keeps every one, each with a version of its own', async () => {
    const caseId = await open();
    const acts = await office.as();
    await Promise.all(
      Array.from({ length: 4 }, (_, at) => acts.recordInteraction({ caseId, channel: 'PHONE', direction: 'INBOUND', note: `Call ${at}` })),
    );
    expect(await file(caseId)).toMatchObject({ version: 5 });
    expect((await history(caseId)).map(({ after }) => after['version'])).toEqual([1, 2, 3, 4, 5]);
  });
});
