/** Restrictions and confidential contacts over the schema: who may record them, what they change at the next request, and that
 *  a request sent twice is done once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { planFor } from '../../src/access/index.js';
import { toWireId, silentLog, type RowId } from '../../src/kernel/index.js';
import { agreementActs, restrictionsOf } from '../../src/patients/index.js';
import { openOrm, type Orm } from '../../src/store/index.js';
import { at, listAt, textAt } from '../support/answers.js';
import { openTestGateway, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let orm: Orm;
let advocate: Asking;
let colleague: Asking;
let officer: Asking;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
  orm = await openOrm(database.gatewayUrl, { log: silentLog });
  advocate = acting({ role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate });
  colleague = acting({ role: 'ADVOCATE', purpose: 'HOPERAT', user: story.other });
  officer = acting({ role: 'PRIVACY_OFFICER', purpose: 'HCOMPL', user: story.other });
});
afterEach(async () => {
  await asOwner(database.url, 'delete from restriction');
  await asOwner(database.url, 'delete from confidential_contact');
});
afterAll(async () => {
  await gateway.close();
  await orm.close(true);
  await database.drop();
});

function acting(who: Asking): Asking {
  const viewer = { userRow: who.user.row as RowId, departmentRows: [], facilityRow: null };
  const { role, purpose, user } = who;
  const actor = { userId: toWireId('usr', user.uid), userUuid: user.uid, role, purpose, departments: [], facility: null, tokenId: 'test' };
  return { ...who, agreements: agreementActs({ ...planFor(testPolicy, who, 1), em: orm.em, viewer, told: { actor, requestId: 'test' } }) };
}

const record = `mutation ($input: RecordRestrictionInput!) { recordRestriction(input: $input) { __typename
  ... on RestrictionChanged { message restriction { id recipient recipientName phiClasses from until reason agreedBy { name } withheld { field } } }
  ... on Refused { code message field } } }`;
const end = `mutation ($input: EndRestrictionInput!) { endRestriction(input: $input) { __typename
  ... on RestrictionChanged { message restriction { id until endedBy { name } whyEnded } } ... on Refused { code field } } }`;
const contact = `mutation ($input: ConfidentialContactInput!) { recordConfidentialContact(input: $input) { __typename
  ... on ConfidentialContactRecorded { message patient { id contactPoints { kind value use confidential } } } ... on Refused { code message field } } }`;
const wanted = (more: object = {}) => ({
  input: { patientId: `pat_${story.maria.uid}`, recipient: 'VIEWERS', phiClasses: ['CLINICAL'], reason: 'Asked for it', ...more },
});
const there = (more: object = {}) => ({ input: { patientId: `pat_${story.maria.uid}`, kind: 'PHONE', value: '617 555 0199', ...more } });
const encounters = async (): Promise<unknown> => {
  const answer = await gateway.ask(advocate, `query ($id: ID!) { patient(id: $id) { encounters { totalCount withheld { reason rule } } } }`, { id: `pat_${story.maria.uid}` }); // prettier-ignore
  return at(answer, 'patient.encounters');
};

describe('a restriction', () => {
  it('is recorded by who reviews access, holds at the next request, and is over once it is ended', async () => {
    const answer = await gateway.ask(officer, record, wanted());
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'recordRestriction')).toMatchObject({
      __typename: 'RestrictionChanged',
      restriction: {
        recipient: 'VIEWERS',
        recipientName: null,
        phiClasses: ['CLINICAL'],
        until: null,
        reason: 'Asked for it',
        agreedBy: { name: 'Zz-Olu Zz-Okoro' },
        withheld: [],
      },
    });
    expect(await encounters()).toEqual({ totalCount: null, withheld: [{ reason: 'RESTRICTION', rule: 'restriction.agreed' }] });
    const restrictionId = textAt(answer, 'recordRestriction.restriction.id');
    const ended = await gateway.ask(officer, end, { input: { restrictionId, reason: 'No longer wanted' } });
    expect(at(ended, 'endRestriction.restriction')).toMatchObject({ endedBy: { name: 'Zz-Olu Zz-Okoro' }, whyEnded: 'No longer wanted' });
    expect(await encounters()).toEqual({ totalCount: 2, withheld: [] });
    // Again changes nothing.
    const until = textAt(ended, 'endRestriction.restriction.until');
    const again = await gateway.ask(officer, end, { input: { restrictionId, reason: 'Once more' } });
    expect(at(again, 'endRestriction.restriction')).toMatchObject({ until, whyEnded: 'No longer wanted' });
  });

  it('is not for others to record, to end or to list', async () => {
    expect(at(await gateway.ask(advocate, record, wanted()), 'recordRestriction')).toMatchObject({ code: 'NOT_PERMITTED' });
    expect(await asOwner(database.url, 'select from restriction')).toEqual([]);
    const list = `query ($id: ID!) { restrictions(patientId: $id) { reason recipient } }`;
    await gateway.ask(officer, record, wanted({ recipient: 'HEALTH_PLAN' }));
    expect(at(await gateway.ask(advocate, list, { id: `pat_${story.maria.uid}` }), 'restrictions')).toEqual([]);
    expect(at(await gateway.ask(officer, list, { id: `pat_${story.maria.uid}` }), 'restrictions')).toEqual([
      { reason: 'Asked for it', recipient: 'HEALTH_PLAN' },
    ]);
    expect(at(await gateway.ask(officer, list, { id: `pat_${story.john.uid}` }), 'restrictions')).toEqual([]);
  });

  it('says which part of it cannot be taken', async () => {
    const refusals: readonly [object, string, string][] = [
      [{ recipient: 'NAMED' }, 'BAD_INPUT', 'recipientName'],
      [{ recipientName: 'Zz-Ex' }, 'BAD_INPUT', 'recipientName'],
      [{ phiClasses: [] }, 'BAD_INPUT', 'phiClasses'],
      [{ reason: ' ' }, 'BAD_INPUT', 'reason'],
      [{ from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }, 'BAD_INPUT', 'until'],
      [{ patientId: 'pat_00000000-0000-4000-8000-0000000000ff' }, 'NOT_FOUND', 'patientId'],
    ];
    for (const [more, code, field] of refusals)
      expect(at(await gateway.ask(officer, record, wanted(more)), 'recordRestriction')).toMatchObject({
        __typename: 'Refused',
        code,
        field,
      });
  });

  it('is recorded once under one key, and a key stands for one request', async () => {
    const first = await gateway.ask(officer, record, wanted({ idempotencyKey: 'k1' }));
    const second = await gateway.ask(officer, record, wanted({ idempotencyKey: 'k1' }));
    expect(textAt(second, 'recordRestriction.restriction.id')).toBe(textAt(first, 'recordRestriction.restriction.id'));
    expect(await asOwner(database.url, 'select from restriction')).toHaveLength(1);
    const other = await gateway.ask(officer, record, wanted({ idempotencyKey: 'k1', phiClasses: ['BILLING'] }));
    expect(at(other, 'recordRestriction')).toMatchObject({ code: 'BAD_INPUT', field: 'idempotencyKey' });
  });

  it('is told to the audit trail with whom it is about; so is a refusal', async () => {
    const { context } = await gateway.ask(officer, record, wanted());
    expect(context.trail).toMatchObject({ action: 'CREATE', refused: false });
    expect(context.trail.touched.map(({ personUid }) => personUid)).toContain(story.maria.uid);
    const { attempts } = (await gateway.ask(advocate, record, wanted())).context.trail;
    expect(attempts).toMatchObject([{ action: 'CREATE', operation: 'recordRestriction' }]);
  });

  it('towards a plan or a person is found by who discloses, as is what a consent forbids to the payer', async () => {
    const asked = () => orm.em.fork({ session: { variables: { 'hub.hidden': 0 } } }).transactional((em) => restrictionsOf(em, { recordIds: [story.maria.recordRow], otherScopes: ['research'] })); // prettier-ignore
    await gateway.ask(officer, record, wanted({ recipient: 'NAMED', recipientName: 'Zz-Ex', phiClasses: ['CONTACT', 'BILLING'] }));
    await gateway.ask(officer, record, wanted({ recipient: 'HEALTH_PLAN', until: '2027-01-01T00:00:00Z', from: '2026-12-31T00:00:00Z' }));
    expect(await asked()).toEqual([{ recipient: 'NAMED', recipientName: 'Zz-Ex', phiClasses: ['CONTACT', 'BILLING'] }]);
    await asOwner(database.url, `insert into consent_provision (source_id, source_key, patient_record_id, ingested_at, position, status, denies, actor_refs, vague) select source_id, 'Consent/p', id, now(), 0, 'active', true, '{"Payer Organization/1"}', false from patient_record where id = $1`, [story.maria.recordRow]); // prettier-ignore
    expect(await asked()).toContainEqual(expect.objectContaining({ recipient: 'HEALTH_PLAN' }));
    await asOwner(database.url, 'delete from consent_provision');
  });
});

describe('a confidential contact', () => {
  it('is noted by who holds an open case, and stands among the contact points from the next request on', async () => {
    const answer = await gateway.ask(advocate, contact, there());
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'recordConfidentialContact.__typename')).toBe('ConfidentialContactRecorded');
    expect(listAt(answer, 'recordConfidentialContact.patient.contactPoints')).toEqual([
      { kind: 'phone', value: '555-0100', use: 'home', confidential: true },
      { kind: 'phone', value: '617 555 0199', use: null, confidential: true },
    ]);
  });

  it('of a kind takes the place of the one before', async () => {
    await gateway.ask(advocate, contact, there());
    const answer = await gateway.ask(advocate, contact, there({ value: '617 555 0177' }));
    const values = (listAt(answer, 'recordConfidentialContact.patient.contactPoints') as { value: string }[]).map(({ value }) => value);
    expect(values).toEqual(['555-0100', '617 555 0177']);
  });

  it('makes what a source says of the same number confidential, too', async () => {
    await asOwner(database.url, `update patient_record set contact_points = '[{"kind":"phone","value":"617 555 0199","use":"work","confidential":false}]' where source_key = 'Patient/B1'`); // prettier-ignore
    const answer = await gateway.ask(advocate, contact, there());
    expect(listAt(answer, 'recordConfidentialContact.patient.contactPoints')).toContainEqual({ kind: 'phone', value: '617 555 0199', use: 'work', confidential: true }); // prettier-ignore
    await asOwner(database.url, `update patient_record set contact_points = '[]' where source_key = 'Patient/B1'`);
  });

  it('is not for somebody else to note, but for who reviews access', async () => {
    expect(at(await gateway.ask(colleague, contact, there()), 'recordConfidentialContact')).toMatchObject({ code: 'NOT_PERMITTED' });
    expect(at(await gateway.ask(officer, contact, there()), 'recordConfidentialContact')).toMatchObject({
      __typename: 'ConfidentialContactRecorded',
      patient: { id: `pat_${story.maria.uid}`, contactPoints: null },
    });
  });

  it('is refused where nobody could be reached there, without repeating it', async () => {
    for (const more of [{ value: '12' }, { kind: 'EMAIL', value: 'nobody' }]) {
      const answer = at(await gateway.ask(advocate, contact, there(more)), 'recordConfidentialContact');
      expect(answer).toMatchObject({ code: 'BAD_INPUT', field: 'value' });
      expect(JSON.stringify(answer)).not.toContain(more.value);
    }
  });

  it('is noted once under one key', async () => {
    await gateway.ask(advocate, contact, there({ idempotencyKey: 'c1' }));
    await gateway.ask(advocate, contact, there({ idempotencyKey: 'c1' }));
    expect(await asOwner(database.url, 'select from confidential_contact')).toHaveLength(1);
  });
});
