/** Mutations over the schema: the act is the cases room's, the answer is read again for this viewer, the trail says both. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planFor } from '../../src/access/index.js';
import { caseActs, loadCaseRules } from '../../src/cases/index.js';
import { asSystem, fixedClock, silentLog, type RowId } from '../../src/kernel/index.js';
import { openOrm, type Orm } from '../../src/store/index.js';
import { at, listAt, textAt } from '../support/answers.js';
import { openTestGateway, operation, testPolicy, type Asking, type TestGateway } from '../support/gateway.js';
import { addGrant } from '../support/grants.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';

let database: TestDatabase;
let gateway: TestGateway;
let story: Story;
let orm: Orm;
let advocate: Asking;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = openTestGateway(database.gatewayUrl);
  orm = await openOrm(database.gatewayUrl, { log: silentLog });
  advocate = acting({ role: 'ADVOCATE', purpose: 'HOPERAT', user: story.advocate, facility: story.facility });
});
afterAll(async () => {
  await gateway.close();
  await orm.close(true);
  await database.drop();
});

const rules = loadCaseRules();
/** The asker with the acts of the cases room under the plan of role and purpose. */
function acting(who: Asking): Asking {
  const rows = {
    userRow: who.user.row as RowId,
    departmentRows: (who.departments ?? []).map(({ row }) => row as RowId),
    facilityRow: (who.facility?.row ?? null) as RowId | null,
  };
  return {
    ...who,
    acts: caseActs({
      ...planFor(testPolicy, who, 1),
      em: orm.em,
      viewer: rows,
      clock: fixedClock('2026-11-20T17:00:00Z'),
      rules,
      told: { actor: asSystem('test', who.purpose), requestId: 'test' },
    }),
  };
}
const input = (more: object = {}) => ({
  input: { channel: 'LETTER', summary: 'Waited three hours', patientId: `pat_${story.maria.uid}`, ...more },
});

describe('opening a case', () => {
  it('answers the new case, as the opener may see it, with its clocks and its patient', async () => {
    const answer = await gateway.ask(advocate, operation('open-case'), input());
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'openCase')).toMatchObject({
      __typename: 'CaseChanged',
      message: expect.any(String),
      case: {
        number: expect.stringMatching(/^PR-2026-/),
        kind: 'GRIEVANCE',
        status: 'RECEIVED',
        assignedTo: { id: `usr_${story.advocate.uid}` },
        patient: { id: `pat_${story.maria.uid}` },
      },
    });
    expect(listAt(answer, 'openCase.case.deadlines').length).toBeGreaterThan(1);
    expect(answer.context.trail).toMatchObject({ action: 'CREATE', refused: false });
    expect(new Set(answer.context.trail.entered.map(({ personUid }) => personUid))).toEqual(new Set([story.maria.uid]));
  });

  it('is known to the trail by patient and case even where nothing of it is asked back', async () => {
    const answer = await gateway.ask(
      advocate,
      'mutation ($input: OpenCaseInput!) { openCase(input: $input) { __typename } }',
      input({ summary: 'Nobody came' }),
    );
    expect(answer.data).toEqual({ openCase: { __typename: 'CaseChanged' } });
    const [found] = await asOwner<{ uid: string }>(database.url, `select uid from case_file where summary = 'Nobody came'`);
    expect(answer.context.trail).toMatchObject({ entered: [{ personUid: story.maria.uid, caseUid: found?.uid }], touched: [] });
  });

  it('twice under one key opens one case', async () => {
    const both = [
      await gateway.ask(advocate, operation('open-case'), input({ idempotencyKey: 'k-1', summary: 'Once' })),
      await gateway.ask(advocate, operation('open-case'), input({ idempotencyKey: 'k-1', summary: 'Once' })),
    ];
    expect(at(both[0], 'openCase.case.id')).toBe(at(both[1], 'openCase.case.id'));
  });

  it('that somebody else will hold shows the opener what everybody sees of it', async () => {
    const answer = await gateway.ask(advocate, operation('open-case'), input({ assigneeId: `usr_${story.other.uid}`, summary: 'For Olu' }));
    expect(at(answer, 'openCase.case')).toMatchObject({
      number: expect.any(String),
      status: 'RECEIVED',
      kind: null,
      assignedTo: null,
      patient: null,
    });
  });

  it('is refused to a role that may not, without writing, and the trail says refused', async () => {
    const specialist = acting({ role: 'BILLING_SPECIALIST', purpose: 'HPAYMT', user: story.other, facility: story.facility });
    const answer = await gateway.ask(specialist, operation('open-case'), input({ summary: 'Not mine to open' }));
    expect(at(answer, 'openCase')).toMatchObject({ __typename: 'Refused', code: 'NOT_PERMITTED' });
    expect(answer.context.trail).toMatchObject({ attempts: [{ action: 'CREATE', operation: 'openCase' }], entered: [], touched: [] });
    expect(await asOwner(database.url, `select 1 from case_file where summary = 'Not mine to open'`)).toEqual([]);
  });

  it('with input that cannot be taken is refused by field, as an answer and not as an error', async () => {
    const answer = await gateway.ask(advocate, operation('open-case'), input({ patientId: 'pat_00000000-0000-4000-8000-00000000dead' }));
    expect([answer.errors, at(answer, 'openCase')]).toEqual([
      undefined,
      expect.objectContaining({ __typename: 'Refused', field: 'patientId' }),
    ]);
  });
});

describe('a mutation', () => {
  it('answers the same on both ways of execution, with aliases, fragments on the outcome, and several of them in order', async () => {
    const document = `mutation ($open: OpenCaseInput!, $note: InteractionInput!) {
      openCase(input: $open) { ...Done }
      recordInteraction(input: $note) { ... on Outcome { message } ... on CaseChanged { subject { __typename id ... on Interaction { channel direction } } case { number } } ... on Refused { code } } }
      fragment Done on CaseResult { __typename ... on CaseChanged { case { number version withheld { field } } } ... on DuplicateCase { existing { number } } ... on CaseConflict { current { number } changed } ... on Refused { code field } }`;
    const variables = (key: string) => ({
      open: { channel: 'PHONE', summary: 'Both ways', idempotencyKey: `open-${key}` },
      note: {
        caseId: `case_${story.maria.caseUid}`,
        channel: 'PHONE',
        direction: 'OUTBOUND',
        note: 'Called back',
        idempotencyKey: `note-${key}`,
      },
    });
    // The same keys: the second way is answered what the first one did.
    const compiled = await gateway.ask(advocate, document, variables('a'), 'compiled');
    const interpreted = await gateway.ask(advocate, document, variables('a'), 'interpreted');
    expect(compiled.errors).toBeUndefined();
    expect(interpreted.data).toEqual(compiled.data);
    expect(at(compiled, 'recordInteraction')).toMatchObject({
      subject: { __typename: 'Interaction', channel: 'PHONE', direction: 'OUTBOUND' },
      case: { number: 'PR-2026-0001' },
    });
    const aliased = await gateway.ask(
      advocate,
      `mutation ($n: InteractionInput!) { told: recordInteraction(input: $n) { kind: __typename ... on CaseChanged { what: case { no: number } } } }`,
      { n: variables('a').note },
    );
    expect(aliased.data).toEqual({ told: { kind: 'CaseChanged', what: { no: 'PR-2026-0001' } } });
  });

  it('that codes an issue shows it, and the case with it', async () => {
    const document = `mutation ($input: CodeIssueInput!) { codeIssue(input: $input) { __typename
      ... on CaseChanged { subject { __typename ... on Issue { domain category severity codedBy { name } } } case { severity issues { category } } } ... on Refused { code field } } }`;
    const input = { caseId: `case_${story.maria.caseUid}`, issue: { category: 'COMMUNICATION', severity: 3 } };
    const answer = await gateway.ask(advocate, document, { input });
    expect(at(answer, 'codeIssue.subject')).toMatchObject({
      __typename: 'Issue',
      domain: 'RELATIONSHIP',
      category: 'COMMUNICATION',
      severity: 3,
    });
    expect(at(answer, 'codeIssue.case.severity')).toBe(3);
  });

  it('decides a kind by hand, and shows which rule stands for it', async () => {
    const document = `mutation ($input: CaseActionInput!) { classifyCase(input: $input) { __typename ... on CaseChanged { case { kind classification } } ... on Refused { code field message } } }`;
    const input = { caseId: `case_${story.maria.caseUid}`, kind: 'CONCERN', reason: 'She said that a word was enough.' };
    const answer = await gateway.ask(advocate, document, { input });
    expect(at(answer, 'classifyCase')).toEqual({
      __typename: 'CaseChanged',
      case: { kind: 'CONCERN', classification: 'hub.decided-by-hand' },
    });
  });

  it('gives a clock of the case more time, or says of which field it is refused', async () => {
    const document = `mutation ($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { __typename ... on Refused { code field } } }`;
    const input = { caseId: `case_${story.maria.caseUid}`, deadlineId: 'dln_none', until: '2030-01-01T00:00:00Z', reason: 'Wait.' };
    expect(at(await gateway.ask(advocate, document, { input }), 'extendDeadline')).toEqual({
      __typename: 'Refused',
      code: 'NOT_FOUND',
      field: 'deadlineId',
    });
  });

  it('on a case that the viewer does not hold is refused', async () => {
    const answer = await gateway.ask(
      advocate,
      'mutation ($input: CaseActionInput!) { acknowledgeCase(input: $input) { __typename ... on Refused { code } } }',
      { input: { caseId: `case_${story.john.caseUid}` } },
    );
    expect(at(answer, 'acknowledgeCase.__typename')).toBe('Refused');
  });

  it('on a case that only a broken glass opens is refused: it is opened for reading', async () => {
    await addGrant(database.url, { userRow: story.advocate.row, personUid: story.john.uid });
    try {
      const caseId = `case_${story.john.caseUid}`;
      const read = await gateway.ask(advocate, 'query ($id: ID!) { case(id: $id) { narrative } }', { id: caseId });
      expect(at(read, 'case.narrative')).toBe('They moved my appointment twice.');
      const answer = await gateway.ask(
        advocate,
        'mutation ($input: CaseActionInput!) { acknowledgeCase(input: $input) { __typename ... on Refused { code } } }',
        { input: { caseId } },
      );
      expect(at(answer, 'acknowledgeCase')).toEqual({ __typename: 'Refused', code: 'NOT_PERMITTED' });
    } finally {
      await asOwner(database.url, 'delete from access_grant');
    }
  });

  it('that notes a contact shows its writer what was written', async () => {
    const note = `mutation ($input: InteractionInput!) { recordInteraction(input: $input) { ... on CaseChanged { subject { id ... on Interaction { note direction withheld { reason } } } } } }`;
    const input = { caseId: `case_${story.maria.caseUid}`, channel: 'PHONE', direction: 'OUTBOUND', note: 'Promised an answer by Friday.' };
    const mine = await gateway.ask(advocate, note, { input });
    expect(at(mine, 'recordInteraction.subject')).toMatchObject({
      note: 'Promised an answer by Friday.',
      direction: 'OUTBOUND',
      withheld: [],
    });
  });

  it('that hands a case over answers it as it is seen from now on: no more than its number', async () => {
    const opened = await gateway.ask(advocate, operation('open-case'), input({ summary: 'To hand over' }));
    const answer = await gateway.ask(
      advocate,
      'mutation ($input: CaseActionInput!) { assignCase(input: $input) { __typename ... on CaseChanged { case { number narrative summary assignedTo { id } withheld { field reason } } } ... on Refused { code field message } } }',
      {
        input: { caseId: textAt(opened, 'openCase.case.id'), assigneeId: `usr_${story.other.uid}` },
      },
    );
    expect(at(answer, 'assignCase')).toMatchObject({
      __typename: 'CaseChanged',
      case: { number: textAt(opened, 'openCase.case.number'), summary: null, assignedTo: null },
    });
  });
});
