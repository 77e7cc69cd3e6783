/** Opening the same case twice, by two people, by a bad line or through a fault: one case, or none. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPatient, caseIdOf, changed, openOffice, userId, type Office } from './office.js';

let office: Office;
let maria: Awaited<ReturnType<typeof addPatient>>;
let jo: Awaited<ReturnType<typeof addPatient>>;
beforeAll(async () => {
  office = await openOffice();
  maria = await addPatient(office, { given: 'Zz-Maria', family: 'Zz-Lopez', birthDate: '1959-02-03', mrn: '7001' });
  jo = await addPatient(office, { given: 'Zz-Jo', family: 'Zz-Reed', birthDate: '1990-05-05', mrn: '7002' });
});
afterAll(() => office.close());

describe('the same complaint again', () => {
  it('is pointed out: same patient, channel and words within a day', async () => {
    const acts = await office.as();
    const said = { channel: 'PORTAL', summary: 'Lost my booking', patientId: maria.id };
    const first = changed(await acts.openCase({ ...said, receivedAt: '2026-11-19T18:00:00Z' }));
    expect(await acts.openCase({ ...said, receivedAt: '2026-11-20T16:00:00Z' })).toMatchObject({
      outcome: 'duplicate',
      existingUid: first.caseUid,
      personUid: maria.uid,
    });
    expect(await acts.openCase({ ...said, channel: 'PHONE' })).toMatchObject({ outcome: 'changed' });
    expect(await acts.openCase({ ...said, receivedAt: '2026-11-17T18:00:00Z' })).toMatchObject({ outcome: 'changed' });
    expect(await acts.openCase({ ...said, patientId: jo.id })).toMatchObject({ outcome: 'changed' });
  });

  it('is one case when two people open it at once', async () => {
    const said = { channel: 'PORTAL', summary: 'Both of us took the call', patientId: maria.id };
    const colleagues = await Promise.all([office.as(), office.as({ user: 'advocate-2' }), office.as({ user: 'manager' })]);
    const outcomes = await Promise.all(colleagues.map((acts) => acts.openCase(said)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['changed', 'duplicate', 'duplicate']);
  });
});

describe('the same request again', () => {
  it('answers the same case, once', async () => {
    const acts = await office.as();
    const request = { channel: 'FAX', summary: 'Sent twice by a bad line', patientId: maria.id, idempotencyKey: 'fax-1' };
    const outcomes = await Promise.all([
      acts.openCase(request),
      acts.openCase({ ...request, receivedAt: undefined }),
      acts.openCase(request),
    ]);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(await acts.openCase(request)).toEqual(outcomes[0]);
    expect(await office.rows('select 1 as found from case_file where summary = $1', request.summary)).toHaveLength(1);
    expect(caseIdOf(outcomes[0] as never)).toMatch(/^case_/);
  });

  it('refuses the key for another request, and gives it to another person and another act', async () => {
    const acts = await office.as();
    const request = { channel: 'FAX', summary: 'Keyed', idempotencyKey: 'fax-2' };
    const first = await acts.openCase(request);
    expect(await acts.openCase({ ...request, summary: 'Keyed otherwise' })).toMatchObject({
      outcome: 'refused',
      code: 'BAD_INPUT',
      field: 'idempotencyKey',
    });
    expect(await (await office.as({ user: 'advocate-2' })).openCase(request)).toMatchObject({ outcome: 'changed' });
    expect(await acts.acknowledgeCase({ caseId: caseIdOf(first), idempotencyKey: 'fax-2' })).toMatchObject({ outcome: 'changed' });
  });

  it('may try a key again after a refusal', async () => {
    const acts = await office.as();
    const request = { channel: 'FAX', summary: 'Tried again', idempotencyKey: 'fax-3' };
    expect(await acts.openCase({ ...request, assigneeId: userId('nobody') })).toMatchObject({ outcome: 'refused' });
    expect(await acts.openCase(request)).toMatchObject({ outcome: 'changed' });
  });
});

describe('when the database fails half way', () => {
  it('leaves nothing half done, and no word of the complaint in the error', async () => {
    await office.owner
      .query(`create function fail() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = 'XX001'; end $$;
      create trigger fail before insert on case_event for each row execute function fail()`);
    try {
      const tables = ['case_file', 'deadline', 'case_issue', 'outbox', 'idempotency', 'case_event'];
      const count = async () => Promise.all(tables.map((table) => office.rows(`select count(*) from ${table}`)));
      const before = await count();
      const opening = (await office.as()).openCase({
        channel: 'PHONE',
        summary: 'Zz-Secret summary',
        issues: [{ category: 'QUALITY' }],
        idempotencyKey: 'half',
      });
      const fault: unknown = await opening.catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'INTERNAL' });
      expect(`${String(fault)} ${JSON.stringify(fault)} ${String((fault as Error).cause)}`).not.toContain('Zz-');
      expect(await count()).toEqual(before);
    } finally {
      await office.owner.query('drop trigger fail on case_event; drop function fail');
    }
  });
});
