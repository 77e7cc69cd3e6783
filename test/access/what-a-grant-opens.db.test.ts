/** What a broken glass opens and what it never does; when it ends; and that it does not widen when persons are linked anew. */
import { describe, expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { openTestGateway, testPolicy } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { glassOffice, reason } from './glass-office.js';

const office = glassOffice();

describe('a grant', () => {
  const everything = `query ($id: ID!) { patient(id: $id) { contactPoints { value } encounters { nodes { status } } appointments { totalCount } claims { totalCount } cases { nodes { number narrative } } timeline { nodes { kind } } } }`;

  it("opens also the complaint about the patient, for reading; another's case is not changed by it", async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    const answer = await office.gateway.ask(office.advocate(), everything, { id: `pat_${office.story.john.uid}` });
    expect(at(answer, 'patient')).toMatchObject({
      contactPoints: [{ value: '555-0100' }],
      cases: { nodes: [{ number: 'PR-2026-0002', narrative: 'They moved my appointment twice.' }] },
    });
    const byCase = await office.gateway.ask(office.advocate(), 'query ($id: ID!) { case(id: $id) { narrative patient { address } } }', {
      id: `case_${office.story.john.caseUid}`,
    });
    expect(at(byCase, 'case')).toEqual({ narrative: 'They moved my appointment twice.', patient: { address: '1 Zz Street' } });
  });

  it('opens nothing to anybody else, and no other patient', async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    await asOwner(office.database.url, 'update case_file set assigned_to = $1', [office.officer.row]);
    try {
      expect(await office.visits({ ...office.advocate(), user: office.story.other }, office.story.john.uid)).toBeNull();
      expect(await office.visits(office.advocate(), office.story.maria.uid)).toBeNull();
      expect(await office.visits(office.advocate(), office.story.john.uid)).toBe(1);
    } finally {
      await asOwner(
        office.database.url,
        `update case_file set assigned_to = case when number = 'PR-2026-0001' then $1::bigint else $2::bigint end`,
        [office.story.advocate.row, office.story.other.row],
      );
    }
  });

  it('lifts no label: what is masked stays masked, what is hidden stays hidden', async () => {
    await office
      .acting({ ...office.advocate(), user: office.story.other })
      .breakGlass({ patientId: `pat_${office.story.maria.uid}`, reason });
    const answer = await office.gateway.ask(
      { ...office.advocate(), user: office.story.other },
      'query ($id: ID!) { patient(id: $id) { encounters { totalCount nodes { start reason { display } withheld { rule } } } } }',
      { id: `pat_${office.story.maria.uid}` },
    );
    expect(at(answer, 'patient.encounters')).toEqual({
      totalCount: 2,
      nodes: [
        { start: '2026-11-02T09:00:00.000Z', reason: { display: 'Chest pain' }, withheld: [] },
        { start: '2026-11-01T09:00:00.000Z', reason: null, withheld: [{ rule: 'sensitivity.masked' }] },
      ],
    });
  });

  it('opens what the policy gives by it only: to another role of the same person nothing more', async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    for (const [role, purpose] of [
      ['RESPONDER', 'HOPERAT'],
      ['BILLING_SPECIALIST', 'HPAYMT'],
      ['PRIVACY_OFFICER', 'HCOMPL'],
    ] as const)
      // prettier-ignore
      expect([role, at(await office.gateway.ask({ role, purpose, user: office.story.advocate }, everything, { id: `pat_${office.story.john.uid}` }), 'patient.claims.totalCount')]).toEqual([role, null]);
  });

  it('of somebody else opens nothing to a reviewer, who sees that it exists, whatever the policy gives by a broken glass', async () => {
    const rules = testPolicy.rules.map((rule) =>
      rule.when === 'glass' ? { ...rule, roles: [...rule.roles, 'PRIVACY_OFFICER'], purposes: [...rule.purposes, 'HCOMPL'] } : rule,
    );
    const who = { ...office.reviewer(), policy: { ...testPolicy, rules } };
    const gateway = openTestGateway(office.database.gatewayUrl);
    const claims = async () => at(await gateway.ask(who, everything, { id: `pat_${office.story.john.uid}` }), 'patient.claims.totalCount');
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    expect(await claims()).toBeNull();
    await asOwner(office.database.url, 'update access_grant set user_id = $1', [office.officer.row]);
    expect(await claims()).toBe(0);
    await gateway.close();
  });

  it('holds until its time is over, by the real clock, whatever the business clock says and whether or not a worker runs', async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    await asOwner(office.database.url, 'update business_clock set offset_ms = 86400000::bigint * 30');
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBe(1);
    await asOwner(office.database.url, 'update business_clock set offset_ms = -86400000::bigint * 30');
    await asOwner(
      office.database.url,
      `update access_grant set granted_at = now() - interval '2 hours', expires_at = now() - interval '1 millisecond'`,
    );
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBeNull();
    await asOwner(office.database.url, 'update business_clock set offset_ms = 0');
  });

  describe('is for the person as they were known then', () => {
    const moveRecord = (key: string, personUid: string) =>
      asOwner(
        office.database.url,
        `update person_link set person_id = (select id from person where uid = $2) where patient_record_id = (select id from patient_record where source_key = $1)`,
        [key, personUid],
      );

    it('a record that comes to the person, by a link or a merge, closes it; the new state asks for a new reason', async () => {
      await office.acting(office.advocate()).breakGlass(office.forJohn());
      await moveRecord('Patient/B1', office.story.john.uid);
      try {
        expect(await office.visits(office.advocate(), office.story.john.uid)).toBeNull();
        await office.acting(office.advocate()).breakGlass(office.forJohn());
        expect(await office.visits(office.advocate(), office.story.john.uid)).toBe(1);
      } finally {
        await moveRecord('Patient/B1', office.story.maria.uid);
      }
    });

    it('a record that is only probably theirs neither closes it nor is opened by it', async () => {
      await office.acting(office.advocate()).breakGlass(office.forJohn());
      await moveRecord('Patient/B1', office.story.john.uid);
      await asOwner(
        office.database.url,
        `update person_link set assurance = 'PROBABLE' where patient_record_id = (select id from patient_record where source_key = 'Patient/B1')`,
      );
      await asOwner(office.database.url, `update patient_record set address = 'Zz-Elsewhere' where source_key = 'Patient/B1'`);
      try {
        const answer = await office.gateway.ask(
          office.advocate(),
          'query ($id: ID!) { patient(id: $id) { encounters { totalCount } records { address } claims { totalCount } } }',
          { id: `pat_${office.story.john.uid}` },
        );
        expect(at(answer, 'patient')).toEqual({
          encounters: { totalCount: 1 },
          records: [{ address: '1 Zz Street' }, { address: null }],
          claims: { totalCount: 0 },
        });
      } finally {
        await moveRecord('Patient/B1', office.story.maria.uid);
      }
    });

    it('a record that turns out to be of somebody else takes its data along: neither of the two is opened by it', async () => {
      await asOwner(office.database.url, `insert into person (uid) values ('00000000-0000-4000-8000-0000000000bb') on conflict do nothing`);
      await office.acting(office.advocate()).breakGlass(office.forJohn());
      await moveRecord('Patient/2', '00000000-0000-4000-8000-0000000000bb');
      try {
        expect(await office.visits(office.advocate(), '00000000-0000-4000-8000-0000000000bb')).toBeNull();
      } finally {
        await moveRecord('Patient/2', office.story.john.uid);
      }
    });

    it('a label that is lifted later shows nothing that was not there when the reason was written', async () => {
      await moveRecord('Patient/B1', office.story.john.uid);
      await asOwner(office.database.url, `update patient_record set label_mask = 1 where source_key = 'Patient/B1'`);
      try {
        await office.acting(office.advocate()).breakGlass(office.forJohn());
        expect(await office.visits(office.advocate(), office.story.john.uid)).toBe(1);
        await asOwner(office.database.url, `update patient_record set label_mask = 0 where source_key = 'Patient/B1'`);
        expect(await office.visits(office.advocate(), office.story.john.uid)).toBeNull();
      } finally {
        await asOwner(office.database.url, `update patient_record set label_mask = 0 where source_key = 'Patient/B1'`);
        await moveRecord('Patient/B1', office.story.maria.uid);
      }
    });
  });
});
