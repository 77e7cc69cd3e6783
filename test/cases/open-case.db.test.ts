/** Opening a case on a real database, as the gateway's role: what is written is what the rules say. Due dates were counted on
 *  a calendar of Boston; Thanksgiving 2026 is 26 November. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPatient, changed, departmentId, facilityId, noon, openOffice, userId, type Office } from './office.js';

let office: Office;
let maria: Awaited<ReturnType<typeof addPatient>>;
let jo: Awaited<ReturnType<typeof addPatient>>;
beforeAll(async () => {
  office = await openOffice();
  maria = await addPatient(office, { given: 'Zz-Maria', family: 'Zz-Lopez', birthDate: '1959-02-03', mrn: '7001', phone: '6175550101' });
  jo = await addPatient(office, { given: 'Zz-Jo', family: 'Zz-Reed', birthDate: '1990-05-05', mrn: '7002' });
});
afterAll(() => office.close());

const file = async (uid: string) =>
  (
    await office.rows<Record<string, unknown>>(
      'select c.*, u.uid as holder from case_file c join directory_user u on u.id = c.assigned_to where c.uid = $1',
      uid,
    )
  )[0] ?? {};
const clocks = async (uid: string) =>
  (
    await office.rows<{ rule: string; due_at: Date }>(
      'select d.rule, d.due_at from deadline d join case_file c on c.id = d.case_id where c.uid = $1 order by d.due_at, d.rule',
      uid,
    )
  ).map(({ rule, due_at }) => [rule, due_at.toISOString()]);

describe('a complaint by telephone', () => {
  it('is a grievance of its opener, pinned to the first record, with both clocks running from receipt', async () => {
    const acts = await office.as();
    const outcome = changed(
      await acts.openCase({ channel: 'PHONE', summary: 'Waited four hours', patientId: maria.id, receivedAt: '2026-11-20T14:00:00Z' }),
    );
    expect(outcome).toMatchObject({ outcome: 'changed', personUid: maria.uid, subject: null });
    const row = await file(outcome.caseUid);
    expect(row).toMatchObject({
      kind: 'GRIEVANCE',
      classification: 'us.482-13.unresolved',
      status: 'RECEIVED',
      version: 1,
      patient_record_id: maria.records[0],
      received_at: new Date('2026-11-20T14:00:00Z'),
      opened_at: new Date(noon),
      holder: userId('advocate').slice(4),
      complainant_relationship: null,
      complainant_authorized: null,
    });
    // Friday the 20th; business days 23, 24, 25; the seventh calendar day is the 27th.
    expect(await clocks(outcome.caseUid)).toEqual([
      ['hub.internal.acknowledge', '2026-11-26T04:59:59.999Z'],
      ['us.cms.hospital.reply', '2026-11-28T04:59:59.999Z'],
    ]);
    expect(row['next_due_at']).toEqual(new Date('2026-11-26T04:59:59.999Z'));
    expect(outcome.message).toBe(`${String(row['number'])} is open.`);
    expect(await office.rows('select job, payload from outbox')).toContainEqual({
      job: 'caseDeadlines',
      payload: { fromId: row['id'], toId: row['id'] },
    });
    expect(await office.rows('select what, after from case_event where case_id = $1', row['id'])).toEqual([
      {
        what: 'OPENED',
        after: { version: 1, kind: 'GRIEVANCE', status: 'RECEIVED', classification: 'us.482-13.unresolved', channel: 'PHONE' },
      },
    ]);
  });

  it('is a complaint without the reply clock when staff resolved it at once', async () => {
    const outcome = changed(await (await office.as()).openCase({ channel: 'PHONE', summary: 'No blanket', resolvedOnTheSpot: true }));
    expect(await file(outcome.caseUid)).toMatchObject({
      kind: 'COMPLAINT',
      classification: 'us.482-13.resolved-on-the-spot',
      patient_record_id: null,
    });
    expect((await clocks(outcome.caseUid)).map(([rule]) => rule)).toEqual(['hub.internal.acknowledge']);
    expect(outcome.personUid).toBeNull();
  });

  it('is no grievance where somebody without authority files, and says so', async () => {
    const complainant = { name: 'Zz-Nat Zz-Bo', relationship: 'neighbour', phone: '555-0100', email: 'zz@example.org' };
    const outcome = changed(
      await (await office.as()).openCase({ channel: 'PHONE', summary: 'Rude guard', patientId: maria.id, complainant }),
    );
    expect(await file(outcome.caseUid)).toMatchObject({
      kind: 'COMPLAINT',
      classification: 'us.482-13.filer-without-authority',
      complainant_relationship: 'neighbour',
      complainant_authorized: false,
      complainant_contact_points: [
        { kind: 'phone', value: '555-0100', use: null, confidential: false },
        { kind: 'email', value: 'zz@example.org', use: null, confidential: false },
      ],
    });
    const parent = changed(
      await (
        await office.as()
      ).openCase({ channel: 'PHONE', summary: 'Rude nurse', patientId: maria.id, complainant: { relationship: 'Parent of minor' } }),
    );
    expect(await file(parent.caseUid)).toMatchObject({ kind: 'GRIEVANCE', complainant_authorized: true });
  });
});

describe('clocks through the whole path', () => {
  it.each([
    ['spring forward on 8 March 2026', '2026-03-05T15:00:00Z', '2026-03-11T03:59:59.999Z', '2026-03-13T03:59:59.999Z'],
    ['fall back on 1 November 2026', '2026-10-28T15:00:00Z', '2026-11-03T04:59:59.999Z', '2026-11-05T04:59:59.999Z'],
  ])('%s', async (change, receivedAt, acknowledge, reply) => {
    const outcome = changed(await (await office.as()).openCase({ channel: 'LETTER', summary: `Letter of ${change}`, receivedAt }));
    expect(await clocks(outcome.caseUid)).toEqual([
      ['hub.internal.acknowledge', acknowledge],
      ['us.cms.hospital.reply', reply],
    ]);
  });

  it('counts the days of the facility, and leaves out the hospital rule where it does not bind', async () => {
    const outcome = changed(
      await (
        await office.as()
      ).openCase({ channel: 'LETTER', summary: 'From the valley', facilityId: facilityId('valley'), receivedAt: '2026-11-16T18:00:00Z' }),
    );
    // Monday the 16th in California (UTC-8): the third business day is Thursday the 19th.
    expect(await clocks(outcome.caseUid)).toEqual([['hub.internal.acknowledge', '2026-11-20T07:59:59.999Z']]);
  });

  it('takes a complaint that came in weeks ago, with its clocks run out', async () => {
    const outcome = changed(
      await (await office.as()).openCase({ channel: 'LETTER', summary: 'Lay in a drawer', receivedAt: '2026-10-01T12:00:00Z' }),
    );
    expect(
      await office.rows('select d.status from deadline d join case_file c on c.id = d.case_id where c.uid = $1', outcome.caseUid),
    ).toEqual([{ status: 'RUNNING' }, { status: 'RUNNING' }]);
    expect((await file(outcome.caseUid))['next_due_at']).toEqual(new Date('2026-10-07T03:59:59.999Z'));
  });
});

describe('the number of a case', () => {
  it('carries the year of receipt where the hospital is, and counts on', async () => {
    const acts = await office.as({ clock: '2027-01-01T12:00:00Z' });
    // 03:00 UTC on New Year's Day is still the old year in Boston.
    const old = await file(
      changed(await acts.openCase({ channel: 'PHONE', summary: 'Fireworks', receivedAt: '2027-01-01T03:00:00Z' })).caseUid,
    );
    const young = await file(
      changed(await acts.openCase({ channel: 'PHONE', summary: 'Fireworks again', receivedAt: '2027-01-01T06:00:00Z' })).caseUid,
    );
    expect(old['number']).toMatch(/^PR-2026-\d{4}$/);
    expect(young['number']).toMatch(/^PR-2027-\d{4}$/);
    expect(Number(String(young['number']).slice(8))).toBe(Number(String(old['number']).slice(8)) + 1);
  });
});

describe('what the complaint is about', () => {
  const visitOf = async (record: string | undefined, key: string, mask = 0): Promise<string> =>
    `enc_${(await office.rows<{ uid: string }>('insert into encounter (source_id, source_key, patient_record_id, ingested_at, own_mask, label_mask) select source_id, $2, id, now(), $3, $3 from patient_record where id = $1 returning uid', record, key, mask))[0]?.uid ?? ''}`;

  it('keeps departments in order, issues with their HCAT domain, and the visit by any of the patient’s records', async () => {
    const visit = await visitOf(maria.records[1], 'Encounter/1');
    const outcome = changed(
      await (
        await office.as()
      ).openCase({
        channel: 'EMAIL',
        summary: 'Three things',
        patientId: maria.id,
        aboutIds: [visit, visit],
        departmentIds: [departmentId('surgery'), departmentId('emergency')],
        issues: [
          { category: 'LISTENING', severity: 2, harm: 0 },
          { category: 'BILLING', severity: 3, departmentId: departmentId('billing-office') },
          { category: 'SAFETY', severity: 0 },
        ],
      }),
    );
    const row = await file(outcome.caseUid);
    expect(row['severity']).toBe(3);
    expect(
      await office.rows(
        'select d.name from case_department x join department d on d.id = x.department_id where x.case_id = $1 order by x.position',
        row['id'],
      ),
    ).toEqual([{ name: 'Surgery' }, { name: 'Emergency' }]);
    expect(
      await office.rows(
        'select domain, category, d.name from case_issue i left join department d on d.id = i.department_id where case_id = $1 order by i.id',
        row['id'],
      ),
    ).toEqual([
      { domain: 'RELATIONSHIP', category: 'LISTENING', name: null },
      { domain: 'EXTENSION', category: 'BILLING', name: 'Billing Office' },
      { domain: 'CLINICAL', category: 'SAFETY', name: null },
    ]);
    expect(await office.rows('select subject_kind from case_subject where case_id = $1', row['id'])).toEqual([
      { subject_kind: 'encounter' },
    ]);
  });

  it('refuses a visit of somebody else and one that is hidden in the same words', async () => {
    const [other, hidden] = [await visitOf(jo.records[0], 'Encounter/2'), await visitOf(maria.records[0], 'Encounter/3', 1)];
    const acts = await office.as();
    const answers = await Promise.all(
      [other, hidden].map((visit) => acts.openCase({ channel: 'EMAIL', summary: 'About', patientId: maria.id, aboutIds: [visit] })),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ outcome: 'refused', code: 'NOT_FOUND', field: 'aboutIds[0]' });
  });
});

describe('what intake must say', () => {
  it.each([
    ['a blank summary', { summary: '  ' }, 'BAD_INPUT', 'summary'],
    ['a receipt in the future', { receivedAt: '2026-11-21T17:00:00Z' }, 'BAD_INPUT', 'receivedAt'],
    ['a severity beyond HCAT', { issues: [{ category: 'QUALITY', severity: 4 }] }, 'BAD_INPUT', 'issues[0].severity'],
    ['a character that no database takes', { narrative: 'Zz-\u0000' }, 'BAD_INPUT', 'narrative'],
    ['a department that is none', { departmentIds: [departmentId('nowhere')] }, 'NOT_FOUND', 'departmentIds[0]'],
    ['an assignee who has left', { assigneeId: userId('advocate-former') }, 'BAD_INPUT', 'assigneeId'],
    ['an assignee who is nobody', { assigneeId: userId('nobody') }, 'NOT_FOUND', 'assigneeId'],
    ['a patient of no known id', { patientId: 'pat_1' }, 'NOT_FOUND', 'patientId'],
    ['a visit without a patient', { aboutIds: ['enc_1'] }, 'BAD_INPUT', 'aboutIds[0]'],
    ['two patients', { patientId: 'pat_1', patient: { identifier: '1' } }, 'BAD_INPUT', 'patient'],
  ])('refuses %s', async (_, input, code, field) => {
    const before = await office.rows('select count(*) from case_file');
    expect(await (await office.as()).openCase({ channel: 'PHONE', summary: 'Something', ...input })).toMatchObject({
      outcome: 'refused',
      code,
      field,
    });
    expect(await office.rows('select count(*) from case_file')).toEqual(before);
  });

  it('asks for the facility where the opener works at none and there are two', async () => {
    const acts = await office.as({ facility: null });
    expect(await acts.openCase({ channel: 'PHONE', summary: 'Where?' })).toMatchObject({ outcome: 'refused', field: 'facilityId' });
  });

  it('keeps words as they were said, whatever is in them', async () => {
    const narrative = `It's 50% "true" \\ ?? ? :name $1 E'\\n' {json: "x"} -- 感謝 🙏`;
    const outcome = changed(await (await office.as()).openCase({ channel: 'LETTER', summary: narrative, narrative }));
    expect(await file(outcome.caseUid)).toMatchObject({ summary: narrative, narrative });
  });

  it('is not for a role that may not write cases', async () => {
    for (const user of ['responder', 'billing-specialist']) {
      expect(await (await office.as({ user })).openCase({ channel: 'PHONE', summary: 'No' })).toMatchObject({
        outcome: 'refused',
        code: 'NOT_PERMITTED',
      });
    }
  });
});
