/** Breaking the glass: who may, with which reason, for how long and for whom, under the gateway's own role; who is told. */
import { describe, expect, it } from '@jest/globals';
import { testPolicy, type Asking } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { glassOffice, reason, refused } from './glass-office.js';

const office = glassOffice();

describe('breaking the glass', () => {
  it('opens the patient, for the minutes that were asked for, and records who, why and as what', async () => {
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBeNull();
    const before = Date.now();
    await office.acting(office.advocate()).breakGlass({ ...office.forJohn(), minutes: 30 });
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBe(1);
    const [grant] = await office.grants();
    expect(grant).toMatchObject({ reason, role: 'ADVOCATE', purpose: 'HOPERAT', revoked_at: null, reviewed_at: null, ended_at: null });
    const minutes = ((grant?.['expires_at'] as Date).getTime() - before) / 60_000;
    expect(minutes).toBeGreaterThan(29.9);
    expect(minutes).toBeLessThan(30.1);
    const hours = ((grant?.['review_due_at'] as Date).getTime() - before) / 3_600_000;
    expect(Math.round(hours)).toBe(testPolicy.glass.reviewWithinHours);
  });

  it('takes the minutes of the policy where none are said', async () => {
    await office.acting(office.advocate()).breakGlass({ ...office.forJohn(), minutes: null });
    const [grant] = await office.grants();
    expect(Math.round(((grant?.['expires_at'] as Date).getTime() - (grant?.['granted_at'] as Date).getTime()) / 60_000)).toBe(60);
  });

  it.each([
    ['', 'reason'],
    ['   \n\t ', 'reason'],
    ['urgent', 'reason'],
    ['. . . . . . . . . . . . . . . . . . . . .', 'reason'],
    ['x'.repeat(2_001), 'reason'],
    [`${reason}\u0000`, 'reason'],
  ])('is refused for the reason %j, and the refusal does not repeat it', async (text, field) => {
    const outcome = await office.acting(office.advocate()).breakGlass({ ...office.forJohn(), reason: text });
    expect(outcome).toEqual(refused('BAD_INPUT', field));
    if (text.trim()) expect(JSON.stringify(outcome)).not.toContain(text.slice(0, 12));
    expect(await office.grants()).toEqual([]);
  });

  it.each([0, -5, 241, 1.5, 1e9])('is refused for %p minutes, and the most is said', async (minutes) => {
    expect(await office.acting(office.advocate()).breakGlass({ ...office.forJohn(), minutes })).toEqual({
      outcome: 'refused',
      code: 'BAD_INPUT',
      field: 'minutes',
      message: 'minutes: expected a whole number from 1 to 240.',
    });
  });

  it('is for roles with the capability only, whatever they see otherwise', async () => {
    for (const [role, { purposes, capabilities }] of testPolicy.roles) {
      const who: Asking = { role, purpose: [...purposes][0] ?? '', user: office.story.other };
      const outcome = await office.acting(who).breakGlass(office.forJohn());
      expect([role, outcome.outcome]).toEqual([role, capabilities.has('BREAK_GLASS') ? 'changed' : 'refused']);
      if (outcome.outcome === 'refused') expect(outcome.code).toBe('NOT_PERMITTED');
    }
  });

  it('is as if there were nobody for an id that is absent, of another kind, hidden, or no id', async () => {
    await asOwner(office.database.url, `insert into person (uid) values ('00000000-0000-4000-8000-0000000000aa')`);
    for (const patientId of [
      'pat_00000000-0000-4000-8000-00000000dead',
      `case_${office.story.john.caseUid}`,
      'pat_00000000-0000-4000-8000-0000000000aa',
      "' or 1=1",
      '',
    ])
      // prettier-ignore
      expect(await office.acting(office.advocate()).breakGlass({ patientId, reason })).toEqual(refused('NOT_FOUND', 'patientId'));
    await asOwner(office.database.url, `update patient_record set label_mask = 1 where source_key = 'Patient/2'`);
    try {
      expect(await office.acting(office.advocate()).breakGlass(office.forJohn())).toEqual(refused('NOT_FOUND', 'patientId'));
    } finally {
      await asOwner(office.database.url, `update patient_record set label_mask = 0 where source_key = 'Patient/2'`);
    }
  });

  it('is for somebody whose identity the viewer is shown: by relation, where the role asks for one', async () => {
    const policy = { ...testPolicy, roles: new Map([...testPolicy.roles].map(([role, row]) => [role, { ...row, capabilities: new Set([...row.capabilities, 'BREAK_GLASS' as const]) }])) }; // prettier-ignore
    const responder = (personUid: string) =>
      office
        .acting({ role: 'RESPONDER', purpose: 'HOPERAT', user: office.story.advocate }, policy)
        .breakGlass({ patientId: `pat_${personUid}`, reason });
    expect(await responder(office.story.john.uid)).toEqual(refused('NOT_FOUND', 'patientId'));
    expect(await responder(office.story.maria.uid)).toMatchObject({ outcome: 'changed' });
  });

  it('tells every reviewer at once, but not who broke the glass nor who has left, and in words that name nobody', async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    const told = await asOwner(
      office.database.url,
      'select recipient_id, rule, reason, status, escalation_level, case_id from reminder where grant_id is not null order by recipient_id',
    );
    expect(told).toEqual(
      [office.officer.row, office.secondOfficer.row].map((row) => ({
        recipient_id: row,
        rule: 'glass.broken',
        reason: 'A break-glass access waits for your review.',
        status: 'SENT',
        escalation_level: 0,
        case_id: null,
      })),
    );
  });

  it('twice under one key is once; the same key for another request is refused', async () => {
    const acts = office.acting(office.advocate());
    const both = await Promise.all([
      acts.breakGlass({ ...office.forJohn(), idempotencyKey: 'k' }),
      acts.breakGlass({ ...office.forJohn(), idempotencyKey: 'k' }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(await office.grants()).toHaveLength(1);
    expect(await acts.breakGlass({ ...office.forJohn(), minutes: 5, idempotencyKey: 'k' })).toEqual(refused('BAD_INPUT', 'idempotencyKey'));
    expect(
      await office.acting({ ...office.advocate(), user: office.story.other }).breakGlass({ ...office.forJohn(), idempotencyKey: 'k' }),
    ).toMatchObject({
      outcome: 'changed',
    });
    expect(await office.grants()).toHaveLength(2);
  });
});
