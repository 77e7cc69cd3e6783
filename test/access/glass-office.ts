/** A small office around break-glass access: the story's hospital, two privacy officers, one who has left, and the acts as
 *  each may do them under the gateway's own role. */
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Pool } from 'pg';
import { grantActs, planFor, type GrantActs, type GrantOutcome, type Policy } from '../../src/access/index.js';
import { toWireId, type RowId } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { at } from '../support/answers.js';
import { openTestGateway, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

export interface GlassOffice {
  readonly database: TestDatabase;
  readonly gateway: TestGateway;
  readonly story: Story;
  readonly officer: Asking['user'];
  readonly secondOfficer: Asking['user'];
  acting(who: Asking, policy?: Policy): GrantActs;
  advocate(): Asking;
  reviewer(): Asking;
  forJohn(): { patientId: string; reason: string };
  grants(): Promise<Record<string, unknown>[]>;
  /** How many visits of a person a viewer is shown; null where none are. */
  visits(who: Asking, personUid: string): Promise<unknown>;
}

export const reason = 'Her daughter is on the line and asks about tonight.';
export const refused = (code: string, field?: string): unknown =>
  expect.objectContaining({ outcome: 'refused', code, ...(field ? { field } : {}) });

/** The wire id of the grant that an act made or changed. */
export function changed(outcome: GrantOutcome): string {
  if (outcome.outcome !== 'changed') throw new Error(`expected a grant, found ${outcome.code}`);
  return `grant_${outcome.grantUid}`;
}

/** Opened before a file's tests and closed after them; grants are gone after each. */
export function glassOffice(): GlassOffice {
  let database: TestDatabase;
  let gateway: TestGateway;
  let pool: Pool;
  let story: Story;
  let officers: Asking['user'][];
  beforeAll(async () => {
    database = await testDatabase();
    story = await tellStory(database.url);
    officers = await asOwner<Asking['user']>(
      database.url,
      `insert into directory_user (uid, name, role, active) values (gen_random_uuid(), 'Zz-Jun', 'PRIVACY_OFFICER', true), (gen_random_uuid(), 'Zz-Ida', 'PRIVACY_OFFICER', true), (gen_random_uuid(), 'Zz-Gone', 'PRIVACY_OFFICER', false) returning uid, id as row`,
    );
    pool = openPool(database.gatewayUrl, { max: 4, name: 'test' });
    gateway = openTestGateway(database.gatewayUrl);
  });
  afterEach(async () => {
    await asOwner(database.url, 'delete from reminder where grant_id is not null');
    await asOwner(database.url, 'delete from grant_request');
    await asOwner(database.url, 'delete from access_grant');
    await asOwner(database.url, `update person_link set assurance = 'CERTAIN'`);
  });
  afterAll(async () => {
    await pool.end();
    await gateway.close();
    await database.drop();
  });
  const officerAt = (index: number): Asking['user'] => officers[index] ?? { uid: '', row: '0' };
  return {
    get database() {
      return database;
    },
    get gateway() {
      return gateway;
    },
    get story() {
      return story;
    },
    get officer() {
      return officerAt(0);
    },
    get secondOfficer() {
      return officerAt(1);
    },
    acting: (who, policy = testPolicy) =>
      grantActs({
        pool,
        plan: planFor(policy, who, 1),
        viewer: {
          userRow: who.user.row as RowId,
          departmentRows: (who.departments ?? []).map(({ row }) => row as RowId),
          facilityRow: null,
        },
        told: {
          actor: {
            userId: toWireId('usr', who.user.uid),
            userUuid: who.user.uid,
            role: who.role,
            purpose: who.purpose,
            departments: [],
            facility: null,
            tokenId: 'test',
          },
          requestId: 'test',
        },
      }),
    advocate: () => ({ role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate }),
    reviewer: () => ({ role: 'PRIVACY_OFFICER', purpose: 'HCOMPL', user: officerAt(0) }),
    forJohn: () => ({ patientId: `pat_${story.john.uid}`, reason }),
    grants: () => asOwner(database.url, 'select * from access_grant order by id'),
    visits: async (who, personUid) =>
      at(
        await gateway.ask(who, 'query ($id: ID!) { patient(id: $id) { encounters { totalCount } } }', { id: `pat_${personUid}` }),
        'patient.encounters.totalCount',
      ),
  };
}
