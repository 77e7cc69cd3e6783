/** What becomes of break-glass access: ended, reviewed, listed; and who sees that it exists at all, down to the last wall. */
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { at, listAt } from '../support/answers.js';
import type { Asking } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { changed, glassOffice, reason, refused } from './glass-office.js';

const office = glassOffice();

describe('ending and reviewing', () => {
  it('who broke the glass ends it, and the next request finds it closed', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBe(1);
    expect(await office.acting(office.advocate()).revokeGrant({ grantId })).toMatchObject({ outcome: 'changed' });
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBeNull();
    expect(await office.acting(office.advocate()).revokeGrant({ grantId })).toEqual(refused('GRANT_ENDED', 'grantId'));
  });

  it('a reviewer ends it; a colleague cannot, and is not told that it exists', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    expect(await office.acting({ ...office.advocate(), user: office.story.other }).revokeGrant({ grantId })).toEqual(
      refused('NOT_FOUND', 'grantId'),
    );
    expect(
      await office
        .acting({ ...office.advocate(), user: office.story.other })
        .revokeGrant({ grantId: 'grant_00000000-0000-4000-8000-00000000dead' }),
    ).toEqual(refused('NOT_FOUND', 'grantId'));
    expect(await office.acting(office.reviewer()).revokeGrant({ grantId, note: 'Not needed.' })).toMatchObject({ outcome: 'changed' });
    expect(await office.grants()).toMatchObject([{ revoked_by: office.officer.row, revoke_note: 'Not needed.' }]);
    expect(await office.visits(office.advocate(), office.story.john.uid)).toBeNull();
  });

  it('one that has run out is not ended once more', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    await asOwner(
      office.database.url,
      `update access_grant set granted_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'`,
    );
    expect(await office.acting(office.advocate()).revokeGrant({ grantId })).toEqual(refused('GRANT_ENDED', 'grantId'));
  });

  it('a review records who, when and what was noted, and what was told is done with; once', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    expect(await office.acting(office.reviewer()).reviewGrant({ grantId, note: ' Spoke with her. ' })).toMatchObject({
      outcome: 'changed',
      message: 'The review is recorded.',
    });
    expect(await office.grants()).toMatchObject([
      { reviewed_by: office.officer.row, review_note: 'Spoke with her.', reviewed_at: expect.any(Date), revoked_at: null },
    ]);
    expect(await asOwner(office.database.url, 'select distinct status from reminder where grant_id is not null')).toEqual([
      { status: 'DONE' },
    ]);
    expect(await office.acting({ ...office.reviewer(), user: office.secondOfficer }).reviewGrant({ grantId })).toEqual(
      refused('GRANT_ENDED', 'grantId'),
    );
  });

  it('is for who reviews access, and never for who broke the glass', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    expect(await office.acting(office.advocate()).reviewGrant({ grantId })).toEqual(refused('NOT_PERMITTED'));
    await asOwner(office.database.url, 'update access_grant set user_id = $1', [office.officer.row]);
    expect(await office.acting(office.reviewer()).reviewGrant({ grantId })).toEqual(refused('NOT_PERMITTED', 'grantId'));
    await expect(asOwner(office.database.url, 'update access_grant set reviewed_by = user_id, reviewed_at = now()')).rejects.toThrow(
      /access_grant_reviewed_by_another/,
    );
    expect(await office.acting({ ...office.reviewer(), user: office.secondOfficer }).reviewGrant({ grantId })).toMatchObject({
      outcome: 'changed',
    });
  });

  it('under one key is done once and answered the same again', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    const first = await office.acting(office.reviewer()).reviewGrant({ grantId, idempotencyKey: 'r' });
    expect(await office.acting(office.reviewer()).reviewGrant({ grantId, idempotencyKey: 'r' })).toEqual(first);
    expect(await office.acting(office.reviewer()).reviewGrant({ grantId, note: 'other', idempotencyKey: 'r' })).toEqual(
      refused('BAD_INPUT', 'idempotencyKey'),
    );
  });
});

describe("the gateway's role", () => {
  async function asGateway<T>(
    settings: Record<string, string>,
    work: (ask: (sql: string, values?: unknown[]) => Promise<Record<string, unknown>[]>) => Promise<T>,
  ): Promise<T> {
    const client = new pg.Client({ connectionString: office.database.gatewayUrl, options: '-c search_path=hub' });
    await client.connect();
    try {
      for (const [name, value] of Object.entries(settings)) await client.query('select set_config($1, $2, false)', [name, value]);
      return await work(async (sql, values = []) => (await client.query<Record<string, unknown>>(sql, values)).rows);
    } finally {
      await client.end();
    }
  }

  it('reads no grant without the settings of a viewer, nor with those that an earlier transaction left empty', async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    for (const table of ['access_grant', 'grant_request'])
      await asGateway({ 'hub.hidden': '0' }, async (ask) => {
        await expect(ask(`select * from ${table}`)).rejects.toThrow(/hub\.viewer/);
        await ask(
          `begin; select set_config('hub.viewer', '${office.story.advocate.row}', true), set_config('hub.reviews', 'true', true); commit`,
        );
        await expect(ask(`select * from ${table}`)).rejects.toThrow(/invalid input syntax/);
      });
  });

  it("reads a viewer's own, and all for who reviews", async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    await office.acting({ ...office.advocate(), user: office.story.other }).breakGlass(office.forJohn());
    const count = (viewer: string, reviews: string) =>
      asGateway({ 'hub.viewer': viewer, 'hub.reviews': reviews }, async (ask) => (await ask('select 1 from access_grant')).length);
    expect(
      await Promise.all([count(office.story.advocate.row, 'false'), count(office.officer.row, 'false'), count(office.officer.row, 'true')]),
    ).toEqual([1, 0, 2]);
  });

  it('cannot break the glass for another, nor change reason, time or records of a grant, nor delete one', async () => {
    await office.acting(office.advocate()).breakGlass(office.forJohn());
    await asGateway({ 'hub.hidden': '0', 'hub.viewer': office.story.advocate.row, 'hub.reviews': 'false' }, async (ask) => {
      const forge = `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at) select $1, 'ADVOCATE', 'HOPERAT', person_id, record_ids, reason, now(), now() + interval '1 hour', now() from access_grant`;
      await expect(ask(forge, [office.story.other.row])).rejects.toThrow(/row-level security/);
      for (const change of [
        `reason = 'x'`,
        `expires_at = now() + interval '1 year'`,
        `record_ids = '{}'`,
        'ended_at = null',
        'user_id = 1',
      ])
        await expect(ask(`update access_grant set ${change}`)).rejects.toThrow(/permission denied/);
      await expect(ask('delete from access_grant')).rejects.toThrow(/permission denied/);
    });
  });
});

describe('the queue', () => {
  it('shows reviewers who opened what and why, what waits and what is overdue; and nobody else that it exists', async () => {
    const first = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    const second = changed(
      await office
        .acting({ ...office.advocate(), user: office.story.other })
        .breakGlass({ patientId: `pat_${office.story.maria.uid}`, reason }),
    );
    await asOwner(office.database.url, `update access_grant set review_due_at = now() - interval '1 minute' where uid = $1`, [
      first.slice(6),
    ]);
    await office.acting(office.reviewer()).reviewGrant({ grantId: second });
    const queue =
      'query ($reviewed: Boolean, $overdue: Boolean) { accessGrants(reviewed: $reviewed, overdue: $overdue) { totalCount nodes { id reason overdue user { name } patient { name } reviewedBy { name } } withheld { field reason } } }';
    const ask = async (who: Asking, variables = {}) => at(await office.gateway.ask(who, queue, variables), 'accessGrants');
    expect(await ask(office.reviewer())).toEqual({
      totalCount: 2,
      nodes: [
        {
          id: second,
          reason,
          overdue: false,
          user: { name: 'Zz-Olu Zz-Okoro' },
          patient: { name: 'Zz-Maria Zz-Lopez' },
          reviewedBy: { name: 'Zz-Jun' },
        },
        { id: first, reason, overdue: true, user: { name: 'Zz-Ana Zz-Diaz' }, patient: { name: 'Zz-John Zz-Doe' }, reviewedBy: null },
      ],
      withheld: [],
    });
    const ids = async (variables: object): Promise<unknown[]> =>
      listAt(await office.gateway.ask(office.reviewer(), queue, { ...variables }), 'accessGrants.nodes').map((node) => at(node, 'id'));
    expect([
      await ids({ reviewed: true }),
      await ids({ reviewed: false }),
      await ids({ overdue: true }),
      await ids({ overdue: false }),
    ]).toEqual([[second], [first], [first], [second]]);
    expect(await ask(office.advocate())).toEqual({ totalCount: null, nodes: [], withheld: [{ field: 'nodes', reason: 'ROLE' }] });
  });

  it('shows a viewer their own access that holds now', async () => {
    const grantId = changed(await office.acting(office.advocate()).breakGlass(office.forJohn()));
    await asOwner(
      office.database.url,
      `insert into access_grant (user_id, role, purpose, person_id, record_ids, reason, granted_at, expires_at, review_due_at) select user_id, role, purpose, person_id, record_ids, 'Long ago, for another caller.', granted_at - interval '1 day', granted_at - interval '1 hour', review_due_at from access_grant`,
    );
    const me =
      '{ me { user { name departments { name } facility { name } } role purpose may breakGlass { id patient { name } expiresAt } } }';
    expect(at(await office.gateway.ask(office.advocate(), me), 'me')).toEqual({
      user: { name: 'Zz-Ana Zz-Diaz', departments: [], facility: { name: 'Zz General' } },
      role: 'ADVOCATE',
      purpose: 'HOPERAT',
      may: ['READ_CASES', 'WRITE_CASES', 'READ_IDENTITY', 'READ_CLINICAL', 'READ_SCHEDULING', 'READ_BILLING', 'BREAK_GLASS'],
      breakGlass: [{ id: grantId, patient: { name: 'Zz-John Zz-Doe' }, expiresAt: expect.stringMatching(/Z$/) }],
    });
    expect(at(await office.gateway.ask(office.reviewer(), me), 'me')).toMatchObject({
      role: 'PRIVACY_OFFICER',
      purpose: 'HCOMPL',
      breakGlass: [],
    });
  });
});
