/** The trail as the privacy officer reads it, through the same plan as everything else. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { appendEntries, type AuditEntry } from '../../src/access/index.js';
import { asSystem } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { entriesOf } from '../../src/graphql/audit-trail.js';
import { at, listAt } from '../support/answers.js';
import { asOwner } from '../support/owner.js';
import { everyField } from '../support/whole-document.js';
import { hubSchema } from '../support/gateway.js';
import { openPrivacyOffice, type PrivacyOffice } from './privacy-office.js';
import { entry, viewer } from './trail.js';

let office: PrivacyOffice;
let pool: Pool;

beforeAll(async () => {
  office = await openPrivacyOffice();
  pool = openPool(office.database.workerUrl, { max: 1, name: 'test' });
  const { story } = office;
  const advocate = { ...viewer, userUuid: story.advocate.uid };
  const tell = (...entries: AuditEntry[]) => appendEntries(pool, entries);
  await tell(
    entry(1, {
      actor: advocate,
      personUid: story.maria.uid,
      caseUid: story.maria.caseUid,
      outcome: 'PARTLY_WITHHELD',
      withheldFields: ['alerts'],
    }),
  );
  await tell(entry(2, { actor: advocate, personUid: story.john.uid, phiClasses: ['IDENTITY'] }));
  await tell(entry(3, { actor: { ...advocate, role: 'SURGEON', purpose: 'CURIOSITY' }, personUid: null, outcome: 'REFUSED' }));
  await tell(entry(4, { actor: asSystem('scope', 'HSYSADMIN'), action: 'SYSTEM', operation: 'labelRange', personUid: null }));
  await tell(entry(5, { actor: { ...viewer, userUuid: story.other.uid }, personUid: story.maria.uid }));
});
afterAll(async () => {
  await pool.end();
  await office.close();
});
const officer = () => office.as('PRIVACY_OFFICER', 'HCOMPL');
const trail = `query Trail($patientId: ID, $userId: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
  auditTrail(patientId: $patientId, userId: $userId, from: $from, to: $to, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { __typename at user { id name } system role purpose action operation patient { id name } case { id number summary } phiClasses outcome withheldFields withheld { field reason } } withheld { field reason } } }`;

describe('the audit trail', () => {
  it('shows the privacy officer each entry, newest first: who, as what, why, what, whom and what was withheld', async () => {
    const answer = await office.gateway.ask(officer(), trail);
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'auditTrail.totalCount')).toBe(5);
    const nodes = listAt(answer, 'auditTrail.nodes');
    expect(nodes[4]).toMatchObject({
      __typename: 'AuditEntry',
      user: { id: `usr_${office.story.advocate.uid}`, name: 'Zz-Ana Zz-Diaz' },
      system: null,
      role: 'ADVOCATE',
      purpose: 'HOPERAT',
      action: 'READ',
      operation: 'PatientContext',
      patient: { id: `pat_${office.story.maria.uid}`, name: 'Zz-Maria Zz-Lopez' },
      case: { id: `case_${office.story.maria.caseUid}`, number: 'PR-2026-0001', summary: null },
      phiClasses: ['IDENTITY', 'CLINICAL'],
      outcome: 'PARTLY_WITHHELD',
      withheldFields: ['alerts'],
    });
    expect(nodes[1]).toMatchObject({ user: null, system: 'scope', role: null, action: 'SYSTEM', patient: null, purpose: 'HSYSADMIN' });
    // A made-up role and purpose were refused at the door.
    expect(nodes[2]).toMatchObject({ role: null, purpose: 'HSYSADMIN', outcome: 'REFUSED' });
  });

  it.each([
    ['a patient', () => ({ patientId: `pat_${office.story.maria.uid}` }), 2],
    ['a person of the directory', () => ({ userId: `usr_${office.story.other.uid}` }), 1],
    ['both', () => ({ patientId: `pat_${office.story.john.uid}`, userId: `usr_${office.story.other.uid}` }), 0],
    ['a time', () => ({ from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }), 5],
    ['a time before', () => ({ to: '2000-01-01T00:00:00Z' }), 0],
    ['something that is no id', () => ({ patientId: 'Zz-Maria' }), 0],
  ])('is narrowed to %s', async (_, variables, count) => {
    const answer = await office.gateway.ask(officer(), trail, variables());
    expect([answer.errors, at(answer, 'auditTrail.totalCount')]).toEqual([undefined, count]);
  });

  it('is read page by page', async () => {
    const seen: unknown[] = [];
    for (let after: unknown = null; ;) {
      const answer = await office.gateway.ask(officer(), trail, { first: 2, after });
      seen.push(...listAt(answer, 'auditTrail.nodes').map((node) => at(node, 'operation')));
      after = at(answer, 'auditTrail.pageInfo.endCursor');
      if (at(answer, 'auditTrail.pageInfo.hasNextPage') !== true) break;
    }
    expect(seen).toEqual(['PatientContext', 'labelRange', 'PatientContext', 'PatientContext', 'PatientContext']);
  });

  it.each([
    ['ADVOCATE', 'HOPERAT'],
    ['ANALYST', 'HQUALIMP'],
    ['INTEGRATION_ENGINEER', 'HSYSADMIN'],
  ])('is not for %s, and the statement does not name it', async (role, purpose) => {
    office.gateway.statements();
    const answer = await office.gateway.ask(office.as(role, purpose), trail);
    expect(answer.data).toEqual({
      auditTrail: {
        totalCount: null,
        pageInfo: { hasNextPage: false, endCursor: null },
        nodes: [],
        withheld: [{ field: 'nodes', reason: 'ROLE' }],
      },
    });
    expect(office.gateway.statements().join()).not.toContain('audit_entry');
    expect(entriesOf(answer.context, 'Trail', false)).toMatchObject([{ outcome: 'REFUSED', operation: 'Trail' }]);
  });

  it('is itself audited: one entry for each patient that was shown, and for the operation where it showed none', async () => {
    const answer = await office.gateway.ask(officer(), trail);
    const told = entriesOf(answer.context, 'Trail', false);
    // And one for the case that was shown, whose patient is not hers to know by the case.
    const shown = told.map(({ personUid, caseUid }) => personUid ?? caseUid);
    expect(shown.toSorted()).toEqual([office.story.john.uid, office.story.maria.uid, office.story.maria.caseUid].toSorted());
    expect(told.every(({ action, operation }) => action === 'READ' && operation === 'Trail')).toBe(true);
    const none = await office.gateway.ask(officer(), trail, { to: '2000-01-01T00:00:00Z' });
    expect(entriesOf(none.context, 'Trail', false)).toMatchObject([{ personUid: null, outcome: 'ALLOWED' }]);
  });

  it('says nothing of whom a patient is of whom this viewer may not know', async () => {
    await asOwner(office.database.url, `update patient_record set label_mask = 1, own_mask = 1 where name = 'Zz-John Zz-Doe'`);
    const answer = await office.gateway.ask(officer(), trail, { userId: `usr_${office.story.advocate.uid}` });
    expect(listAt(answer, 'auditTrail.nodes').map((node) => at(node, 'patient.name') ?? null)).toEqual([null, null, 'Zz-Maria Zz-Lopez']);
    const asked = await office.gateway.ask(officer(), trail, { patientId: `pat_${office.story.john.uid}` });
    expect(at(asked, 'auditTrail.totalCount')).toBe(0);
    await asOwner(office.database.url, `update patient_record set label_mask = 0, own_mask = 0 where name = 'Zz-John Zz-Doe'`);
  });

  it('answers the same on both ways of execution, with every field', async () => {
    const document = `{ auditTrail ${everyField(hubSchema, 'AuditConnection', { depth: 2 })} }`;
    const compiled = await office.gateway.ask(officer(), document);
    const interpreted = await office.gateway.ask(officer(), document, {}, 'interpreted');
    expect(compiled.errors).toBeUndefined();
    expect(interpreted.data).toEqual(compiled.data);
  });
});
