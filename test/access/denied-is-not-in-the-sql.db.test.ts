/** What role or purpose denies is not in the SQL: every statement that a document asking for everything becomes, for each role
 *  and purpose, against the tables and columns in which each class of PHI lies, written down by hand. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planFor } from '../../src/access/index.js';
import type { PhiClass } from '../../src/kernel/index.js';
import { hubSchema, openTestGateway, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { everyField } from '../support/whole-document.js';

/** Where each class lies, as migrations 0002 and 0003 name it. A condition on a case (who holds it) is no content of it. */
const lies: Readonly<Record<PhiClass, readonly RegExp[]>> = {
  IDENTITY: [/\bbirth_date\b/, /\br\.name\b/, /\br\.sex\b/],
  CONTACT: [/\baddress\b/],
  DEMOGRAPHIC: [/\blanguage\b/, /\binterpreter_needed\b/, /\bpreferences\b/, /\bdeceased_at\b/, /\bpatient_identifier\b/, /\bscore\b/, /\bevidence\b/],
  SCHEDULING: [/\bfrom appointment\b/, /\bcancellation_reason\b/, /\bbooked_at\b/],
  CLINICAL: [/\bfrom encounter\b/, /\bfrom condition\b/, /\bcare_team_member\b/, /\balerts\b/, /\bclinical_status\b/],
  COVERAGE: [/\bfrom coverage\b/, /\bmember_id\b/],
  BILLING: [/\bfrom claim\b/, /\badjudication\b/, /\bfrom payment\b/, /\bfrom account\b/, /\bbilled_amount\b/],
  NARRATIVE: [/\bnarrative\b/, /\.summary\b/, /\bfrom interaction\b/, /\bcase_issue\b/, /\bcomplainant_name\b/, /\bfrom reminder\b/],
}; // prettier-ignore
const classes = Object.keys(lies) as PhiClass[];

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const document = `query ($patient: ID!, $case: ID!) {
  patient(id: $patient) ${everyField(hubSchema, 'Patient', { depth: 4 })}
  case(id: $case) ${everyField(hubSchema, 'Case', { depth: 4 })}
  cases { nodes ${everyField(hubSchema, 'Case', { depth: 2 })} totalCount }
}`;

async function statementsFor(role: string, purpose: string): Promise<string> {
  const who: Asking = { role, purpose, user: story.advocate, departments: [story.department], facility: story.facility };
  gateway.statements();
  const answer = await gateway.ask(who, document, { patient: `pat_${story.maria.uid}`, case: `case_${story.maria.caseUid}` });
  expect(answer.errors).toBeUndefined();
  const sent = gateway.statements();
  expect(sent.length).toBeGreaterThan(0);
  // Response keys and the words of `withheld` are text in a statement, not what it reads.
  return sent.join('\n').replaceAll(/'(?:[^']|'')*'/g, "''");
}

const viewers = [...testPolicy.roles].flatMap(([role, { purposes }]) => [...purposes].map((purpose) => [role, purpose] as const));

describe.each(viewers)('%s asking for %s', (role, purpose) => {
  it('has nothing in its statements of a class that is denied, and all of one that is not', async () => {
    const text = await statementsFor(role, purpose);
    const plan = planFor(testPolicy, { role, purpose }, 1);
    for (const phi of classes) {
      const seen = lies[phi].filter((mark) => mark.test(text)).map(String);
      if (plan.decide(phi).may === 'never') expect([phi, seen]).toEqual([phi, []]);
      else if (plan.may('READ_IDENTITY') && plan.may('READ_CASES')) expect([phi, seen]).toEqual([phi, lies[phi].map(String)]);
    }
  });
});

describe('the marks', () => {
  it('are all met by somebody who may see everything, so that their absence says something', async () => {
    const text = await statementsFor('ADVOCATE', 'HOPERAT');
    for (const phi of classes) expect([phi, lies[phi].filter((mark) => !mark.test(text)).map(String)]).toEqual([phi, []]);
  });
  it('are denied to somebody, each class at least once by role, and one by purpose', () => {
    const denials = viewers.flatMap(([role, purpose]) =>
      classes.flatMap((phi) => {
        const decision = planFor(testPolicy, { role, purpose }, 1).decide(phi);
        return decision.may === 'never' ? [`${phi} ${decision.withheld.reason}`] : [];
      }),
    );
    for (const phi of classes) expect(denials).toContain(`${phi} ROLE`);
    expect(denials).toContain('CLINICAL PURPOSE');
  });
});
