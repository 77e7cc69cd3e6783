/** A consent changes decisions at the next request, on every path to a row: what is denied is null or empty, listed with a
 *  neutral rule and a remedy, and is not to be found out by asking. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { at, listAt } from '../support/answers.js';
import { operation, hubSchema, type Asking } from '../support/gateway.js';
import { everyField } from '../support/whole-document.js';
import { allows, classes, denies, labels, openConsentRoom, permits, purposes, type ConsentRoom } from './consent-room.js';

let room: ConsentRoom;
beforeAll(async () => {
  room = await openConsentRoom();
});
afterEach(() => room.forget());
afterAll(() => room.close());

const consent = { reason: 'CONSENT', rule: 'consent.denied' };
const ask = (selection: string, who: Asking = room.advocate) =>
  room.gateway.ask(who, `query ($id: ID!) { patient(id: $id) { ${selection} } }`, { id: `pat_${room.story.maria.uid}` });
async function ofMaria(selection: string, who: Asking = room.advocate): Promise<unknown> {
  const answer = await ask(selection, who);
  expect(answer.errors).toBeUndefined();
  return at(answer, 'patient');
}

describe('a class that is denied', () => {
  it('is withheld at the next request, with a remedy, and shown again when the consent is over', async () => {
    const before = await ofMaria('name encounters { totalCount }');
    await room.arrives('c', allows(denies(classes('Encounter', 'Patient'))));
    const during = await ofMaria(
      'name encounters { totalCount nodes { id } withheld { field reason rule } } withheld { field reason rule remedy }',
    );
    expect(during).toEqual({
      name: null,
      encounters: { totalCount: null, nodes: [], withheld: [{ field: 'nodes', ...consent }] },
      withheld: [
        { field: 'name', ...consent, remedy: 'Ask the patient, or the privacy officer, who keeps the consent.' },
        { field: 'encounters', ...consent, remedy: 'Ask the patient, or the privacy officer, who keeps the consent.' },
      ],
    });
    await room.arrives('c', { status: 'inactive' });
    expect(await ofMaria('name encounters { totalCount }')).toEqual(before);
  });

  it('is denied in what another source says of the same person, where that is certain', async () => {
    await room.arrives('c', allows(denies(classes('Claim'))));
    const money = 'claims { totalCount nodes { id } } balance { amount } patientResponsibility { amount }';
    const nothing = { claims: { totalCount: null, nodes: [] }, balance: null, patientResponsibility: null };
    expect(await ofMaria(money)).toEqual(nothing);
    await room.sql(`update person_link set assurance = 'PROBABLE' where patient_record_id = $1`, [room.story.maria.recordRow]);
    expect(at(await ofMaria('id claims { totalCount }'), 'claims.totalCount')).toBeNull(); // the advocate's case is pinned to that record
    const shared = { ...room.advocate, departments: [room.story.department] };
    await room.sql(`update case_file set patient_record_id = (select id from patient_record where source_key = 'Patient/B1') where uid = $1`, [room.story.maria.caseUid]); // prettier-ignore
    expect(at(await ofMaria('claims { totalCount }', shared), 'claims.totalCount')).toBe(1);
    await room.sql(`update case_file set patient_record_id = $1 where uid = $2`, [room.story.maria.recordRow, room.story.maria.caseUid]);
    await room.sql(`update person_link set assurance = 'CERTAIN'`);
  });

  it('is not on the line of time, which says so once; other kinds stay', async () => {
    await room.arrives('c', allows(denies(classes('Encounter', 'Claim'))));
    const line = await ofMaria('timeline(first: 100) { nodes { kind title } withheld { field reason rule } }');
    const kinds = new Set((listAt(line, 'timeline.nodes') as { kind: string }[]).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['APPOINTMENT', 'CASE_OPENED']);
    expect(at(line, 'timeline.withheld')).toEqual([{ field: 'nodes', ...consent }]);
  });

  it('is withheld below a row of another class, too', async () => {
    await room.arrives('c', allows(denies(classes('Encounter'))));
    const claims = await ofMaria('claims { nodes { billed { amount } encounter { id } withheld { field reason rule } } }');
    expect(listAt(claims, 'claims.nodes')).toEqual([
      { billed: { amount: '412.500' }, encounter: null, withheld: [{ field: 'encounter', ...consent }] },
    ]);
  });

  it('closes the story of the case, which keeps its number, status and deadlines', async () => {
    await room.arrives('c', allows(denies(classes('Communication'))));
    const answer = await room.gateway.ask(room.advocate, operation('patient-context'), { caseId: `case_${room.story.maria.caseUid}` });
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'case')).toMatchObject({ number: 'PR-2026-0001', status: 'RECEIVED', summary: null, kind: null, patient: null });
    expect(JSON.stringify(answer.data)).not.toMatch(/They moved|Zz-Maria/);
    expect(listAt(answer, 'case.withheld')).toContainEqual(expect.objectContaining({ field: 'summary', ...consent }));
    // It filters nothing, either.
    const found = await room.gateway.ask(room.advocate, '{ cases(filter: { kinds: [GRIEVANCE] }) { totalCount nodes { number } } }');
    expect(at(found, 'cases')).toEqual({ totalCount: 0, nodes: [] });
  });

  it('is not to be found out by a search for it, but a whole number still finds the person', async () => {
    const search = (asked: object) => room.gateway.ask(room.advocate, operation('find-patient'), { search: asked });
    expect(listAt(await search({ name: 'Zz-Maria' }), 'patients.nodes')).toHaveLength(1);
    await room.arrives('c', allows(denies(classes('Patient'))));
    expect(at(await search({ name: 'Zz-Maria' }), 'patients')).toMatchObject({ totalCount: 0, nodes: [] });
    expect(at(await search({ name: 'Zz', birthDate: '1959-02-03' }), 'patients')).toMatchObject({ totalCount: 0, nodes: [] });
    expect(listAt(await search({ identifier: 'Patient/1' }), 'patients.nodes')).toMatchObject([{ name: null }]);
    expect(listAt(await search({ name: 'Zz-John' }), 'patients.nodes')).toHaveLength(1);
  });

  it('gives no reason of its own where a missing relation is one', async () => {
    await room.arrives('c', { patient: { reference: 'Patient/2' }, provision: denies() });
    const john = await room.gateway.ask(room.advocate, `query ($id: ID!) { patient(id: $id) { alerts encounters { withheld { reason } } withheld { field reason } } }`, { id: `pat_${room.story.john.uid}` }); // prettier-ignore
    expect(at(john, 'patient')).toEqual({
      alerts: null,
      encounters: { withheld: [{ reason: 'RELATIONSHIP' }] },
      withheld: [
        { field: 'alerts', reason: 'RELATIONSHIP' },
        { field: 'encounters', reason: 'RELATIONSHIP' },
      ],
    });
  });

  it('is denied for the purposes that the consent names, and for those below them', async () => {
    await room.arrives('c', allows(denies({ ...classes('Encounter'), ...purposes('PATADMIN') })));
    expect(at(await ofMaria('encounters { totalCount }'), 'encounters.totalCount')).toBe(2);
    const administering = { ...room.advocate, purpose: 'PATADMIN' };
    expect(at(await ofMaria('encounters { totalCount }', administering), 'encounters.totalCount')).toBeNull();
  });

  it('is told to the audit trail', async () => {
    await room.arrives('c', allows(denies(classes('Encounter'))));
    const { context } = await ask('name encounters { nodes { id } }');
    const [touched] = context.trail.touched;
    expect([...touched!.phiClasses]).toEqual(['IDENTITY']);
    expect([...touched!.withheldFields]).toEqual(['encounters']);
  });
});

describe('rows that are denied by their labels', () => {
  const sud = 1 << 1; // SUD: shown by the policy
  const encounter = async (mask: number): Promise<void> => {
    await room.sql(`update encounter set label_mask = $1, own_mask = $1 where source_key = 'Encounter/1'`, [mask]);
    await room.sql(`update adjudication set label_mask = $1 where source_key = 'EOB/1'`, [mask]);
  };
  afterEach(() => encounter(0));

  it('are there without their content, as masked ones are, and a sum over them is null', async () => {
    await encounter(sud);
    const selection = `encounters { totalCount nodes { start reason { code } labels withheld { field reason rule } } }
      claims { nodes { billed { amount } allowed { amount } denied insurer withheld { field reason rule } } } patientResponsibility { amount } balance { amount } withheld { field reason rule }`; // prettier-ignore
    const before = await ofMaria(selection);
    expect(listAt(before, 'encounters.nodes')[0]).toMatchObject({ reason: { code: 'reason' }, labels: ['SUD'] });
    expect(at(before, 'patientResponsibility.amount')).toBe('204.969');
    await room.arrives('c', allows(denies(labels('SUD'))));
    const after = await ofMaria(selection);
    expect(at(after, 'encounters.totalCount')).toBe(at(before, 'encounters.totalCount'));
    expect(listAt(after, 'encounters.nodes')[0]).toEqual({
      start: '2026-11-02T09:00:00.000Z',
      reason: null,
      labels: null,
      withheld: [
        { field: 'reason', ...consent },
        { field: 'labels', ...consent },
      ],
    });
    expect(listAt(after, 'claims.nodes')).toEqual([
      {
        billed: { amount: '412.500' },
        allowed: null,
        denied: null,
        insurer: 'Zz Health',
        withheld: [
          { field: 'allowed', ...consent },
          { field: 'denied', ...consent },
        ],
      },
    ]);
    expect(at(after, 'patientResponsibility')).toBeNull();
    expect(at(after, 'balance.amount')).toBe('412.50');
    expect(at(after, 'withheld')).toEqual([{ field: 'patientResponsibility', ...consent }]);
  });

  it('tell nothing on the line of time', async () => {
    await encounter(sud);
    await room.arrives('c', allows(denies(labels('SUD'))));
    const nodes = listAt(await ofMaria('timeline(first: 100) { nodes { kind at title detail subject { __typename } withheld { field reason } } }'), 'timeline.nodes'); // prettier-ignore
    expect(nodes).toContainEqual({
      kind: 'ENCOUNTER',
      at: '2026-11-02T09:00:00.000Z',
      title: null,
      detail: null,
      subject: null,
      withheld: ['title', 'detail', 'subject'].map((field) => ({ field, reason: 'CONSENT' })),
    });
    // What the payer decided is not told beside the claim either.
    expect(nodes).toContainEqual(expect.objectContaining({ kind: 'CLAIM', title: 'Institutional claim', detail: null }));
  });

  it('are denied in the named classes only', async () => {
    await encounter(sud);
    await room.arrives('c', allows(denies({ ...labels('SUD'), ...classes('Claim') })));
    expect(at(await ofMaria('encounters { nodes { reason { code } } }'), 'encounters.nodes.0.reason.code')).toBe('reason');
    expect(at(await ofMaria('claims { nodes { allowed { amount } } }'), 'claims.nodes.0.allowed')).toBeNull();
  });

  it('are told to the audit trail as what they are', async () => {
    await encounter(sud);
    await room.arrives('c', allows(denies(labels('SUD'))));
    const { context } = await ask('encounters { nodes { reason { code } } }');
    expect([...context.trail.touched[0]!.withheldFields].toSorted()).toEqual(['consent.denied', 'sensitivity.masked']);
  });

  it('take the name along that only such a record says', async () => {
    await room.sql(`update patient_record set label_mask = $1 where source_key in ('Patient/1', 'Patient/B1')`, [sud]);
    await room.arrives('c', allows(denies(labels('SUD'))));
    const answer = await ofMaria('name address identifiers { value } contactPoints { value } withheld { field reason }');
    expect(answer).toMatchObject({ name: null, address: null, identifiers: null, contactPoints: null });
    const withheld = listAt(answer, 'withheld') as { field: string; reason: string }[];
    expect(withheld.map(({ field, reason }) => `${field} ${reason}`).toSorted()).toEqual([
      'address CONSENT',
      'contactPoints CONSENT',
      'identifiers CONSENT',
      'name CONSENT',
    ]);
    const found = await room.gateway.ask(room.advocate, operation('find-patient'), { search: { name: 'Zz-Maria' } });
    expect(at(found, 'patients')).toMatchObject({ totalCount: 0, nodes: [] });
    await room.sql(`update patient_record set label_mask = 0`);
  });
});

describe('a consent of a record that this viewer may not know of', () => {
  it('changes nothing: it would tell of the record', async () => {
    await room.sql(`insert into patient_record (source_id, source_key, ingested_at, own_mask, label_mask) select id, 'Patient/hidden', now(), 1, 1 from source where name = 'ehr'`); // prettier-ignore
    await room.sql(`insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) select r.id, p.id, 'CERTAIN', 'test', now() from patient_record r, person p where r.source_key = 'Patient/hidden' and p.uid = $1`, [room.story.maria.uid]); // prettier-ignore
    await room.arrives('c', { patient: { reference: 'Patient/hidden' }, provision: denies() });
    expect(at(await ofMaria('name'), 'name')).toBe('Zz-Maria Zz-Lopez');
    // Once the record may be known, so is its consent.
    await room.sql(`update patient_record set own_mask = 0, label_mask = 0 where source_key = 'Patient/hidden'`);
    expect(at(await ofMaria('name'), 'name')).toBeNull();
    await room.sql(`delete from consent_provision`);
    await room.sql(`delete from patient_record where source_key = 'Patient/hidden'`);
  });
});

describe('a consent that cannot be read', () => {
  it('is set aside whole and reported; what held before holds on', async () => {
    await room.arrives('c', { ...allows(denies(classes('Encounter'))), meta: { lastUpdated: '2026-02-01T00:00:00Z' } });
    await room.arrives('c', { patient: { reference: 'Group/1' }, provision: permits(), meta: { lastUpdated: '2026-03-01T00:00:00Z' } });
    expect(await room.sql('select code, reason, state from set_aside')).toEqual([
      { code: 'NO_SUBJECT', reason: 'Consent.patient names no Patient of this source', state: 'WAITING' },
    ]);
    expect(at(await ofMaria('encounters { totalCount }'), 'encounters.totalCount')).toBeNull();
  });
});

describe('an agreed restriction', () => {
  const restrict = (recipient: string, more = ''): Promise<unknown> =>
    room.sql(`insert into restriction (patient_record_id, recipient, phi_classes, start_at, end_at, reason, agreed_by, agreed_at) values ($1, $2, '{CLINICAL}', '2026-01-01', ${more || 'null'}, 'asked for', $3, now())`, [room.story.maria.recordRow, recipient, room.story.other.row]); // prettier-ignore
  const selection = 'encounters { totalCount withheld { field reason rule remedy } } appointments { totalCount }';

  it('binds the workforce only where the hospital agreed so', async () => {
    await restrict('HEALTH_PLAN');
    expect(at(await ofMaria(selection), 'encounters')).toEqual({ totalCount: 2, withheld: [] });
    await restrict('VIEWERS');
    expect(await ofMaria(selection)).toEqual({
      encounters: {
        totalCount: null,
        withheld: [{ field: 'nodes', reason: 'RESTRICTION', rule: 'restriction.agreed', remedy: 'Ask the privacy officer, who agreed to it with the patient.' }], // prettier-ignore
      },
      appointments: { totalCount: 1 },
    });
  });

  it('ends when it was agreed to end', async () => {
    await restrict('VIEWERS', `'2026-02-01'`);
    expect(at(await ofMaria(selection), 'encounters.totalCount')).toBe(2);
  });

  it('is named after a consent that denies the same', async () => {
    await restrict('VIEWERS');
    await room.arrives('c', { provision: denies() });
    expect(at(await ofMaria(selection), 'encounters.withheld')).toMatchObject([consent]);
  });
});

describe('a denial of everything', () => {
  it('leaves no word of the person in a document that asks for everything, on either way of execution', async () => {
    await room.arrives('c', { provision: denies() });
    const document = `query ($id: ID!, $caseId: ID!) { patient(id: $id) ${everyField(hubSchema, 'Patient', { depth: 3 })} case(id: $caseId) ${everyField(hubSchema, 'Case', { depth: 4 })} }`;
    const variables = { id: `pat_${room.story.maria.uid}`, caseId: `case_${room.story.maria.caseUid}` };
    const [compiled, interpreted] = [
      await room.gateway.ask(room.advocate, document, variables),
      await room.gateway.ask(room.advocate, document, variables, 'interpreted'),
    ];
    expect(compiled.errors).toBeUndefined();
    expect(JSON.stringify(compiled.data)).not.toMatch(
      /Zz-Maria|ZZ-MARIA|Zz-Lopez|1959-02-03|555-0100|Street|Chest pain|Angina|412\.5|204\.969|They moved|Called back/,
    );
    expect(interpreted.data).toEqual(compiled.data);
  });
});
