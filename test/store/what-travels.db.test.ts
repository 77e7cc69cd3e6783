/** What processes tell each other of changes: kinds and ids, and nothing else whatever changes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let story: Story;
beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
});
afterAll(() => database.drop());
const write = (sql: string, values: readonly unknown[] = []) => asOwner(database.url, sql, values);

describe('what travels between processes', () => {
  it('is kinds and ids, whatever changes', async () => {
    const heard: string[] = [];
    const client = new pg.Client({ connectionString: database.gatewayUrl, options: '-c search_path=hub' });
    client.on('notification', ({ payload }) => void heard.push(payload ?? ''));
    await client.connect();
    await client.query('listen hub_changes');
    await write(
      `update case_file set narrative = 'Zz-Narrative', summary = 'Zz-Summary', complainant_name = 'Zz-Name', version = version + 1`,
    );
    await write(
      `insert into case_file (uid, number, kind, status, facility_id, classification, channel, received_at, opened_at, summary)
       select gen_random_uuid(), 'PR-2026-9' || n, 'GRIEVANCE', 'RECEIVED', $1, 'x', 'PHONE', now(), now(), 'Zz-Summary' from generate_series(1, 60) n`,
      [story.facility.row],
    );
    await write(`update deadline set status = 'MISSED', due_at = now()`);
    await write(
      `insert into reminder (case_id, rule, subject, reason, due_at, status, recipient_id) select id, 'r', 'Zz-Subject', 'Zz-Reason', now(), 'SCHEDULED', assigned_to from case_file`,
    );
    await asOwner(database.workerUrl, `update reminder set status = 'SENT', sent_at = now()`);
    await asOwner(
      database.workerUrl,
      `insert into sync_run (source_id, started_at, state, error) select id, now(), 'FAILED', 'Zz-Error' from source`,
    );
    await asOwner(database.workerUrl, 'select tell_cases_of_records(array(select id from patient_record))');
    await write(`update encounter set reason_display = 'Zz-Reason'`);
    await client.query('select 1');
    await client.end();
    const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    const line = new RegExp(`^(case ${uuid}|reminder ${uuid} (\\d+|- (-|\\d+(,\\d+)*))|run ${uuid} \\d+)$`);
    const lines = heard.flatMap((payload) => payload.split('\n'));
    expect(lines.filter((text) => !line.test(text))).toEqual([]);
    expect(new Set(lines.map((text) => text.split(' ')[0]))).toEqual(new Set(['case', 'reminder', 'run']));
    expect(Math.max(...heard.map(({ length }) => length))).toBeLessThan(7_000);
    expect(lines.filter((text) => text.startsWith('reminder')).length).toBeGreaterThan(60);
  });

  it('can be nothing else: the notes themselves refuse it', async () => {
    for (const what of ['case Zz-Maria', `case ${story.maria.caseUid} Zz-Maria`, `patient ${story.maria.uid}`])
      await expect(write('insert into change_note (what) values ($1)', [what])).rejects.toThrow(/change_note_what_check/);
  });

  it('is noted by nobody but the triggers', async () => {
    for (const url of [database.gatewayUrl, database.workerUrl]) {
      await expect(asOwner(url, `insert into change_note (what) values ('case ${story.maria.caseUid}')`)).rejects.toThrow(
        /permission denied/,
      );
      await expect(asOwner(url, `select tell_changes(array['case ${story.maria.caseUid}'])`)).rejects.toThrow(/permission denied/);
    }
    await expect(asOwner(database.gatewayUrl, 'select tell_cases_of_records(array[1]::bigint[])')).rejects.toThrow(/permission denied/);
  });
});
