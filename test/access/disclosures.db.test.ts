/** The accounting of disclosures: what goes into it, what does not, how repeats stand in it, and who hears of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountabilityOf, writeDisclosure } from '../../src/access/index.js';
import { fixedClock, silentLog } from '../../src/kernel/index.js';
import { openOrm } from '../../src/store/index.js';
import { at, listAt } from '../support/answers.js';
import { asOwner } from '../support/owner.js';
import { disclosureRules, openPrivacyOffice, type PrivacyOffice } from './privacy-office.js';

let office: PrivacyOffice;
beforeAll(async () => (office = await openPrivacyOffice()));
afterAll(() => office.close());

const officer = (more = {}) => office.as('PRIVACY_OFFICER', 'HCOMPL', more);
const record = `mutation Record($input: RecordDisclosureInput!) { recordDisclosure(input: $input) { __typename
  ... on DisclosureRecorded { message disclosure { id at recipient description purpose times lastAt } } ... on Refused { code field message } } }`;
const list = `query List($patientId: ID!, $from: DateTime, $to: DateTime, $first: Int) { disclosures(patientId: $patientId, from: $from, to: $to, first: $first) {
  totalCount nodes { id at recipient description purpose times lastAt suspendedUntil withheld { field } } withheld { reason } } }`;
const input = (more: object = {}) => ({
  input: {
    patientId: `pat_${office.story.maria.uid}`,
    recipient: 'State Survey Agency, 1 Zz Square',
    description: 'Complaint file PR-2026-0001 with the visit of 2 November',
    purpose: 'Health oversight: survey of a complaint',
    ...more,
  },
});
const maria = () => ({ patientId: `pat_${office.story.maria.uid}` });

describe('a disclosure', () => {
  it('is recorded with date, recipient, description and purpose, and its entry is of the same transaction', async () => {
    const answer = await office.gateway.ask(officer({ requestId: 'recorded' }), record, input({ at: '2026-03-01T10:00:00Z' }));
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'recordDisclosure')).toEqual({
      __typename: 'DisclosureRecorded',
      message: 'The disclosure is in the accounting (45 CFR 164.512(d)).',
      disclosure: {
        id: expect.stringMatching(/^dis_/),
        at: '2026-03-01T10:00:00.000Z',
        recipient: 'State Survey Agency, 1 Zz Square',
        description: 'Complaint file PR-2026-0001 with the visit of 2 November',
        purpose: 'Health oversight: survey of a complaint',
        times: 1,
        lastAt: '2026-03-01T10:00:00.000Z',
      },
    });
    const entries = await asOwner(
      office.database.url,
      `select e.action, e.operation, e.person_uid, e.outcome, e.xmin = d.xmin as together from audit_entry e, disclosure d where e.request_id = 'recorded'`,
    );
    expect(entries).toEqual([
      { action: 'DISCLOSE', operation: 'recordDisclosure', person_uid: office.story.maria.uid, outcome: 'ALLOWED', together: true },
    ]);
    expect(answer.context.trail.entered).toHaveLength(1);
  });

  it.each([
    ['Treatment by another provider', '45 CFR 164.528(a)(1)(i)'],
    ['payment of the claim', '45 CFR 164.528(a)(1)(i)'],
    ['HOPERAT', '45 CFR 164.528(a)(1)(i)'],
    ['Copy to the patient on request', '45 CFR 164.528(a)(1)(ii)'],
    ['under a signed authorization', '45 CFR 164.528(a)(1)(iv)'],
  ])('for "%s" is not accounted for: refused with its citation, nothing written', async (purpose, citation) => {
    const before = await asOwner(office.database.url, 'select count(*) from disclosure');
    const answer = await office.gateway.ask(officer(), record, input({ purpose }));
    expect(at(answer, 'recordDisclosure')).toMatchObject({
      __typename: 'Refused',
      code: 'BAD_INPUT',
      field: 'purpose',
      message: expect.stringContaining(citation),
    });
    expect(await asOwner(office.database.url, 'select count(*) from disclosure')).toEqual(before);
    expect(answer.context.trail.attempts).toMatchObject([{ action: 'DISCLOSE', operation: 'recordDisclosure' }]);
  });

  it.each([
    ['patientId', { patientId: 'pat_00000000-0000-4000-8000-00000000dead' }, 'NOT_FOUND'],
    ['at', { at: '2099-01-01T00:00:00Z' }, 'BAD_INPUT'],
    ['recipient', { recipient: '  ' }, 'BAD_INPUT'],
  ])('that cannot be taken is refused by %s', async (field, more, code) => {
    const answer = await office.gateway.ask(officer(), record, input(more));
    expect(at(answer, 'recordDisclosure')).toMatchObject({ __typename: 'Refused', code, field });
  });

  it('sent again under its key is recorded once; another one under the key is refused', async () => {
    const key = { idempotencyKey: 'd-1', recipient: 'County Coroner', purpose: 'Coroner inquiry', at: '2026-04-01T00:00:00Z' };
    const [one, two] = await Promise.all([
      office.gateway.ask(officer(), record, input(key)),
      office.gateway.ask(officer(), record, input(key)),
    ]);
    expect(at(one, 'recordDisclosure.disclosure.id')).toBe(at(two, 'recordDisclosure.disclosure.id'));
    expect(await asOwner(office.database.url, `select 1 from disclosure where recipient = 'County Coroner'`)).toHaveLength(1);
    const other = await office.gateway.ask(officer(), record, input({ ...key, description: 'Something else' }));
    expect(at(other, 'recordDisclosure')).toMatchObject({ __typename: 'Refused', field: 'idempotencyKey' });
  });

  it('is refused to who may not review access, and so is the list', async () => {
    const answer = await office.gateway.ask(office.as('ADVOCATE', 'HOPERAT'), record, input());
    expect(at(answer, 'recordDisclosure')).toMatchObject({ __typename: 'Refused', code: 'NOT_PERMITTED' });
    const listed = await office.gateway.ask(office.as('ADVOCATE', 'HOPERAT'), list, maria());
    expect(listed.data).toEqual({ disclosures: { totalCount: null, nodes: [], withheld: [{ reason: 'ROLE' }] } });
  });
});

describe('the accounting', () => {
  beforeAll(async () => {
    for (const [day, recipient] of [
      ['2026-03-05', 'state survey agency, 1 Zz Square'],
      ['2026-03-09', 'State Survey Agency, 1 Zz Square'],
      ['2026-05-01', 'Office for Civil Rights'],
      ['2019-01-01', 'Sheriff'], // before the six years
    ] as const)
      await office.gateway.ask(
        officer(),
        record,
        input({
          recipient,
          at: `${day}T10:00:00Z`,
          description: `of ${day}`,
          ...(recipient === 'Sheriff' ? { purpose: 'Law enforcement' } : {}),
        }),
      );
    await office.gateway.ask(officer(), record, input({ patientId: `pat_${office.story.john.uid}`, at: '2026-03-01T10:00:00Z' }));
  });

  it('of six years lists each kind once: the first, how often, and the last', async () => {
    const answer = await office.gateway.ask(officer(), list, maria());
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'disclosures.totalCount')).toBe(3);
    expect(listAt(answer, 'disclosures.nodes')).toMatchObject([
      {
        at: '2026-03-01T10:00:00.000Z',
        recipient: 'State Survey Agency, 1 Zz Square',
        times: 3,
        lastAt: '2026-03-09T10:00:00.000Z',
        withheld: [],
      },
      { recipient: 'County Coroner', times: 1 },
      { recipient: 'Office for Civil Rights', times: 1 },
    ]);
  });

  it('of a shorter time begins with the first of that time, and counts what lies in it', async () => {
    const answer = await office.gateway.ask(officer(), list, { ...maria(), from: '2026-03-04T00:00:00Z', to: '2026-03-31T00:00:00Z' });
    expect(listAt(answer, 'disclosures.nodes')).toMatchObject([
      { at: '2026-03-05T10:00:00.000Z', description: 'of 2026-03-05', times: 2, lastAt: '2026-03-09T10:00:00.000Z' },
    ]);
  });

  it('follows the person: a record that is no longer linked with certainty takes its disclosures along', async () => {
    await asOwner(office.database.url, `update person_link set assurance = 'POSSIBLE' where patient_record_id = $1`, [
      office.story.maria.recordRow,
    ]);
    const answer = await office.gateway.ask(officer(), list, maria());
    expect(listAt(answer, 'disclosures.nodes')).toEqual([]);
    await asOwner(office.database.url, `update person_link set assurance = 'CERTAIN' where patient_record_id = $1`, [
      office.story.maria.recordRow,
    ]);
  });

  it('has nothing of a record that is hidden from the viewer', async () => {
    await asOwner(office.database.url, 'update patient_record set label_mask = 1, own_mask = 1 where id = $1', [
      office.story.maria.recordRow,
    ]);
    expect(listAt(await office.gateway.ask(officer(), list, maria()), 'disclosures.nodes')).toEqual([]);
    await asOwner(office.database.url, 'update patient_record set label_mask = 0, own_mask = 0 where id = $1', [
      office.story.maria.recordRow,
    ]);
  });
});

describe('a suspension', () => {
  const suspend = `mutation Suspend($input: SuspendAccountingInput!) { suspendAccounting(input: $input) { __typename ... on Refused { code field message } } }`;
  const now = '2026-06-01T00:00:00Z';
  const statement = (more: object) => ({
    input: {
      patientId: `pat_${office.story.maria.uid}`,
      recipient: 'office for civil rights',
      statedBy: 'Zz-Agent',
      statement: 'ORAL',
      statedAt: now,
      until: '2026-06-30T00:00:00Z',
      ...more,
    },
  });

  it('by an oral statement holds for 30 days at most; a written one as long as it says', async () => {
    const clock = fixedClock(now);
    const long = await office.gateway.ask(officer({ clock }), suspend, statement({ until: '2026-07-02T00:00:00Z' }));
    expect(at(long, 'suspendAccounting')).toMatchObject({
      __typename: 'Refused',
      field: 'until',
      message: expect.stringContaining('164.528(a)(2)(ii)(C)'),
    });
    const oral = await office.gateway.ask(officer({ clock }), suspend, statement({}));
    expect(at(oral, 'suspendAccounting.__typename')).toBe('AccountingSuspended');
    const written = await office.gateway.ask(
      officer({ clock }),
      suspend,
      statement({ statement: 'WRITTEN', until: '2099-01-01T00:00:00Z' }),
    );
    expect(at(written, 'suspendAccounting.__typename')).toBe('AccountingSuspended');
  });

  it('is shown to the privacy officer on what it holds back', async () => {
    const answer = await office.gateway.ask(officer(), list, maria());
    expect(listAt(answer, 'disclosures.nodes').map((node) => [at(node, 'recipient'), at(node, 'suspendedUntil')])).toEqual([
      ['State Survey Agency, 1 Zz Square', null],
      ['County Coroner', null],
      ['Office for Civil Rights', '2099-01-01T00:00:00.000Z'],
    ]);
  });
});

describe('what is accounted for', () => {
  it.each([
    ['Required by law, to the payer of the claim', 'required-by-law'],
    ['Subpoena of the county court', 'court'],
    ['quality improvement organization review', 'oversight'],
  ])('"%s" is, whatever else it says', (purpose, rule) => {
    expect(accountabilityOf(purpose, disclosureRules)).toMatchObject({ accounted: true, rule });
  });
  it('what no rule recognises is, too: the law lists what is left out', () => {
    expect(accountabilityOf('A retreat of the operationsless', disclosureRules)).toEqual({ accounted: true, rule: null, citation: null });
  });
});

it('whatever else discloses, such as a letter to an agency, writes its place in the accounting within its own transaction', async () => {
  const orm = await openOrm(office.database.gatewayUrl, { log: silentLog });
  const letter = {
    patientRecordId: office.story.maria.recordRow,
    at: new Date('2026-05-20T00:00:00Z'),
    recipient: 'Zz Board of Health',
    description: 'Letter on PR-2026-0001',
    purpose: 'Health oversight',
    recordedAt: new Date('2026-05-20T00:00:00Z'),
    recordedBy: office.story.advocate.row,
  };
  const written = () =>
    asOwner(office.database.url, `select uid, recorded_by::text as by from disclosure where recipient = 'Zz Board of Health'`);
  const em = orm.em.fork({ session: { variables: { 'hub.hidden': 0 } } });
  await expect(
    em.transactional(async (inside) => {
      await writeDisclosure(inside, letter);
      throw new Error('the letter could not be sent');
    }),
  ).rejects.toThrow('the letter could not be sent');
  expect(await written()).toEqual([]);
  const uid = await em.transactional((inside) => writeDisclosure(inside, letter));
  expect(await written()).toEqual([{ uid, by: office.story.advocate.row }]);
  await orm.close(true);
});
