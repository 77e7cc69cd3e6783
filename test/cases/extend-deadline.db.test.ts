/** More time for the clock of a case: what is written, who may, and what is refused. Of a complaint of Friday 20 November 2026
 *  the reply is due with Friday the 27th, the acknowledgement with Wednesday. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toWireId, type WireId } from '../../src/kernel/index.js';
import { changed, openMariasOffice, userId, type MariasOffice, type Office } from './office.js';

let office: Office;
let maria: MariasOffice['maria'];
let open: MariasOffice['open'];
beforeAll(async () => {
  ({ office, maria, open } = await openMariasOffice());
});
afterAll(() => office.close());

interface Row {
  readonly uid: string;
  readonly step: string;
  readonly status: string;
  readonly extended_to: Date | null;
}
const clocks = async (caseId: WireId) =>
  Object.fromEntries(
    (
      await office.rows<Row>(
        'select d.uid, d.step, d.status, d.extended_to from deadline d join case_file c on c.id = d.case_id where c.uid = $1',
        caseId.slice(5),
      )
    ).map((row) => [row.step, row]),
  );
const clockId = async (caseId: WireId, step: string) => toWireId('dln', (await clocks(caseId))[step]?.uid ?? '');
const until = '2026-12-05T04:59:59.999Z';
const reason = 'The ward sister is on leave until Monday.';

describe('more time for the reply to a grievance', () => {
  it('moves its end, and with it what the case is due next; history keeps from when to when and why', async () => {
    const caseId = await open();
    const acts = await office.as();
    changed(await acts.acknowledgeCase({ caseId }));
    const outcome = changed(await acts.extendDeadline({ caseId, deadlineId: await clockId(caseId, 'REPLY'), until, reason }));
    expect(outcome).toMatchObject({ personUid: maria.uid, subject: null });
    expect((await clocks(caseId))['REPLY']).toMatchObject({ status: 'EXTENDED', extended_to: new Date(until) });
    const [file] = await office.rows('select version, status, next_due_at from case_file where uid = $1', caseId.slice(5));
    expect(file).toEqual({ version: 3, status: 'ACKNOWLEDGED', next_due_at: new Date(until) });
    const [change] = await office.rows(
      "select before, after from case_event e join case_file c on c.id = e.case_id where c.uid = $1 and what = 'DEADLINE_EXTENDED'",
      caseId.slice(5),
    );
    expect(change).toEqual({
      before: { deadlines: [{ rule: 'us.cms.hospital.reply', until: '2026-11-28T04:59:59.999Z' }] },
      after: { version: 3, reason, deadlines: [{ rule: 'us.cms.hospital.reply', until }] },
    });
  });

  it('may be taken again, and is taken once however often it is asked for with one key', async () => {
    const caseId = await open();
    const acts = await office.as();
    const request = { caseId, deadlineId: await clockId(caseId, 'REPLY'), until, reason, idempotencyKey: `more-${caseId}` };
    const first = await acts.extendDeadline(request);
    expect(await acts.extendDeadline(request)).toEqual(first);
    changed(await acts.extendDeadline({ ...request, until: '2026-12-12T04:59:59.999Z', idempotencyKey: `again-${caseId}` }));
    expect((await clocks(caseId))['REPLY']).toMatchObject({ extended_to: new Date('2026-12-12T04:59:59.999Z') });
    expect(await office.rows('select version from case_file where uid = $1', caseId.slice(5))).toEqual([{ version: 3 }]);
  });
});

describe('no more time', () => {
  it('is there for the internal acknowledgement, for another case, or for nobody knows which clock; nothing is changed', async () => {
    const [caseId, other] = [await open(), await open()];
    const acts = await office.as();
    const refusals = [
      await acts.extendDeadline({ caseId, deadlineId: await clockId(caseId, 'ACKNOWLEDGE'), until, reason }),
      await acts.extendDeadline({ caseId, deadlineId: await clockId(other, 'REPLY'), until, reason }),
      await acts.extendDeadline({ caseId, deadlineId: userId('advocate'), until, reason }),
    ];
    expect(refusals.map((one) => (one.outcome === 'refused' ? `${one.code} ${one.message}` : one.outcome))).toEqual([
      'BAD_INPUT deadlineId: hub.internal.acknowledge knows of no more time.',
      'NOT_FOUND deadlineId: no clock of this case with this id.',
      'NOT_FOUND deadlineId: no clock of this case with this id.',
    ]);
    expect(await office.rows('select version from case_file where uid = $1', caseId.slice(5))).toEqual([{ version: 1 }]);
  });

  it('is there once the time is over: it stays late', async () => {
    const caseId = await open();
    const late = await office.as({ clock: '2026-11-28T05:00:00.000Z' });
    expect(await late.extendDeadline({ caseId, deadlineId: await clockId(caseId, 'REPLY'), until, reason })).toMatchObject({
      outcome: 'refused',
      field: 'deadlineId',
    });
  });

  it.each([
    ['without a reason', { reason: '  ' }, 'reason'],
    ['until no instant', { until: 'next week' }, 'until'],
  ])('is given %s', async (_, wrong, field) => {
    const caseId = await open();
    const asked = { caseId, deadlineId: await clockId(caseId, 'REPLY'), until, reason, ...wrong };
    expect(await (await office.as()).extendDeadline(asked)).toMatchObject({ outcome: 'refused', code: 'BAD_INPUT', field });
  });

  it('is given to somebody who does not hold the case, whatever they name', async () => {
    const caseId = await open();
    const deadlineId = await clockId(caseId, 'REPLY');
    const stranger = await office.as({ user: 'advocate-2' });
    for (const named of [deadlineId, 'dln_nothing'])
      expect(await stranger.extendDeadline({ caseId, deadlineId: named, until, reason })).toMatchObject({ code: 'NOT_PERMITTED' });
  });
});
