/** What the advocate's screen is answered, from rows written by hand. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestGateway, operation, type Asking, type TestGateway } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let advocate: Asking;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
  advocate = { role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

describe('the patient context of a case', () => {
  it('joins the case with the person, their visits, bookings, claims and what is owed', async () => {
    const answer = await gateway.ask(advocate, operation('patient-context'), { caseId: `case_${story.maria.caseUid}` });
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      case: {
        number: 'PR-2026-0001',
        kind: 'GRIEVANCE',
        narrative: 'They moved my appointment twice.',
        assignedTo: { name: 'Zz-Ana Zz-Diaz' },
        facility: { timeZone: 'America/New_York' },
        issues: [{ category: 'COMMUNICATION', severity: 2, department: { name: 'Cardiology' } }],
        complainant: { name: 'Zz-Maria Zz-Lopez', authorized: true },
        deadlines: [{ rule: 'us.cms.hospital.reply', dueAt: '2026-11-28T04:59:59.999Z', status: 'RUNNING' }],
        interactions: { nodes: [{ note: 'Called back', by: { name: 'Zz-Ana Zz-Diaz' } }] },
        withheld: [],
        patient: {
          name: 'Zz-Maria Zz-Lopez',
          birthDate: '1959-02-03',
          identifiers: [{ system: 'mrn', value: 'Patient/1' }],
          contactPoints: [{ kind: 'phone', value: '555-0100', confidential: true }],
          records: [{ provenance: { source: 'ehr' }, assurance: 'CERTAIN' }, { provenance: { source: 'billing' } }],
          encounters: {
            nodes: [
              {
                start: '2026-11-02T09:00:00.000Z',
                department: 'Cardiology',
                practitioners: ['Dr Zz-Roe'],
                type: { display: 'Visit' },
                withheld: [],
              },
              { start: '2026-11-01T09:00:00.000Z', status: null, department: null, practitioners: null, labels: null },
            ],
          },
          appointments: { nodes: [{ status: 'booked', serviceType: { display: 'Cardiology visit' } }] },
          conditions: { nodes: [{ code: { display: 'Angina' }, clinicalStatus: 'active' }] },
          claims: {
            nodes: [
              {
                kind: 'INSTITUTIONAL',
                billed: { amount: '412.500', currency: 'USD' },
                paid: { amount: '0' },
                patientOwes: { amount: '204.969' },
                denied: true,
                denialCodes: [{ code: '197' }],
                encounter: { id: expect.stringMatching(/^enc_/) },
              },
            ],
          },
          balance: { amount: '412.50', currency: 'USD' },
          patientResponsibility: { amount: '204.969', currency: 'USD' },
          cases: { nodes: [{ number: 'PR-2026-0001' }] },
          sources: [
            { source: 'billing', freshness: 'NEVER_SYNCED' },
            { source: 'ehr', freshness: 'FRESH' },
          ],
          withheld: [],
        },
      },
    });
  });

  it('is one statement in one flight', async () => {
    gateway.statements();
    await gateway.ask(advocate, operation('patient-context'), { caseId: `case_${story.maria.caseUid}` });
    expect(gateway.statements()).toHaveLength(1);
  });
});
