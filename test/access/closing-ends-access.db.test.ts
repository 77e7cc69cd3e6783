/** Closing a case ends the access to its patient that it gave, after the policy's days. No worker runs here and none is
 *  needed: nothing is stored that would have to be taken back, the statement of each request compares instants. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { openTestGateway, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let story: Story;
const gateways: TestGateway[] = [];
let byDays: Readonly<Record<number, TestGateway>>;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  byDays = Object.fromEntries(
    [0, 7].map((days) => {
      const gateway = openTestGateway(database.gatewayUrl);
      gateways.push(gateway);
      return [days, gateway];
    }),
  );
});
beforeEach(async () => {
  await asOwner(database.url, 'update case_file set closed_at = null');
  await asOwner(database.url, 'update business_clock set offset_ms = 0');
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await database.drop();
});

/** Visits of the patient, and the narrative of the case, as its holder is shown them. */
async function shown(days: number): Promise<{ visits: unknown; narrative: unknown; byId: unknown }> {
  const who: Asking = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate, policy: { ...testPolicy, daysAfterClosing: days } };
  const [visit] = await asOwner<{ id: string }>(database.url, `select 'enc_' || uid as id from encounter where source_key = 'Encounter/1'`);
  const answer = await byDays[days]?.ask(
    who,
    'query ($id: ID!, $case: ID!, $visit: ID!) { patient(id: $id) { encounters { totalCount } } case(id: $case) { narrative } node(id: $visit) { id } }',
    { id: `pat_${story.maria.uid}`, case: `case_${story.maria.caseUid}`, visit: visit?.id },
  );
  return {
    visits: at(answer, 'patient.encounters.totalCount'),
    narrative: at(answer, 'case.narrative'),
    byId: at(answer, 'node') !== null,
  };
}
const narrative = 'They moved my appointment twice.';
const open = { visits: 2, narrative, byId: true };
const closed = { visits: null, narrative, byId: false };

const close = (when: string): Promise<unknown> =>
  asOwner(database.url, `update case_file set closed_at = ${when} where uid = $1`, [story.maria.caseUid]);
/** As if it had been closed so long ago by the real clock; a trigger keeps the instant from everybody else. */
async function closedFor(interval: string): Promise<void> {
  await close('now()');
  await asOwner(database.url, 'alter table case_file disable trigger access');
  await asOwner(database.url, `update case_file set access_ended_at = now() - $1::interval where closed_at is not null`, [interval]);
  await asOwner(database.url, 'alter table case_file enable trigger access');
}

describe('with no days', () => {
  it('it ends at once, and comes back when the case is reopened; the case itself stays readable to who holds it', async () => {
    expect(await shown(0)).toEqual(open);
    await close('now()');
    expect(await shown(0)).toEqual(closed);
    await close('null');
    expect(await shown(0)).toEqual(open);
  });

  it('it ends at once also where the business clock, by which the case is closed, is days ahead of the real one', async () => {
    await close(`now() + interval '3 days'`);
    expect(await shown(0)).toEqual(closed);
  });
});

describe('with seven days', () => {
  it('it lasts for seven days of the real clock and no longer', async () => {
    await close('now()');
    expect(await shown(7)).toEqual(open);
    await closedFor('6 days 23 hours 59 minutes');
    expect(await shown(7)).toEqual(open);
    await closedFor('7 days 1 second');
    expect(await shown(7)).toEqual(closed);
  });

  it('neither a business clock moved on nor a closing dated back or ahead changes that', async () => {
    await close(`now() - interval '30 days'`);
    await asOwner(database.url, 'update business_clock set offset_ms = 86400000::bigint * 30');
    expect(await shown(7)).toEqual(open);
    await close(`now() + interval '30 days'`); // closed already: dated anew, the real instant stays
    await asOwner(database.url, 'alter table case_file disable trigger access');
    await asOwner(database.url, `update case_file set access_ended_at = now() - interval '8 days' where closed_at is not null`);
    await asOwner(database.url, 'alter table case_file enable trigger access');
    await close(`now() + interval '60 days'`);
    expect(await shown(7)).toEqual(closed);
  });
});

it('the instant from which access is counted cannot be set by hand, and one that is missing opens nothing', async () => {
  await close('now()');
  await asOwner(database.url, `update case_file set access_ended_at = now() + interval '1 year'`);
  expect(
    await asOwner(database.url, 'select number, access_ended_at <= now() as past from case_file where access_ended_at is not null'),
  ).toEqual([{ number: 'PR-2026-0001', past: true }]);
  await asOwner(database.url, 'alter table case_file disable trigger access');
  await asOwner(database.url, 'update case_file set access_ended_at = null');
  await asOwner(database.url, 'alter table case_file enable trigger access');
  expect(await shown(7)).toEqual(closed);
});
