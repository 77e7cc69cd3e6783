/** Who is let in: tokens, roles, purposes, users, and what a refusal says. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { operation } from '../support/gateway.js';
import { openHttpGateway, type HttpGateway } from '../support/http-gateway.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { tellStory, type Story } from '../support/story.js';
import { at } from '../support/answers.js';

let database: TestDatabase;
let gateway: HttpGateway;
let story: Story;

beforeAll(async () => {
  database = await testDatabase();
  story = await tellStory(database.url);
  gateway = await openHttpGateway(database);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

const worklist = { query: operation('worklist') };
const refusal = (code: string) => ({ errors: [{ message: expect.any(String), extensions: { code } }] });

describe('a request', () => {
  it('without a token, or with one that nobody signed, is answered 401 in GraphQL shape', async () => {
    const good = await gateway.token({ userUid: story.advocate.uid });
    const [head, , signature] = good.split('.');
    const forged = `${head}.${Buffer.from(JSON.stringify({ sub: `usr_${story.advocate.uid}`, hub_role: 'ADVOCATE', hub_purpose: 'HOPERAT', exp: 4e9 })).toString('base64url')}.${signature}`;
    for (const token of [null, 'rubbish', 'a.b.c', forged]) {
      const answer = await gateway.post(token, worklist);
      expect([answer.status, answer.json]).toEqual([401, refusal('UNAUTHENTICATED')]);
      expect(answer.headers.get('www-authenticate')).toBe(token === null ? 'Bearer' : 'Bearer error="invalid_token"');
    }
  });

  it('with a token of another hub is answered 401', async () => {
    const another = await openHttpGateway(database);
    try {
      const token = await another.token({ userUid: story.advocate.uid });
      expect((await another.post(token, worklist)).status).toBe(200);
      expect((await gateway.post(token, worklist)).status).toBe(401);
    } finally {
      await another.close();
    }
  });

  it.each([
    ['a role that the policy does not know', { role: 'SURGEON' }],
    ['a purpose that the role may not claim', { purpose: 'HPAYMT' }],
    ['a purpose that nobody may claim', { purpose: 'TREAT' }],
    ["a role's name in small letters", { role: 'advocate' }],
  ])('with %s is answered 403, and reads nothing', async (_what, claims) => {
    const answer = await gateway.post(await gateway.token({ userUid: story.advocate.uid, ...claims }), worklist);
    expect([answer.status, answer.json]).toEqual([403, refusal('FORBIDDEN')]);
  });

  it('of somebody whom the directory does not know, or knows as gone, is answered 403', async () => {
    const gone = '00000000-0000-4000-8000-000000000066';
    await asOwner(database.url, `insert into directory_user (uid, name, role, active) values ($1, 'Zz-Gone Zz-Gone', 'ADVOCATE', false)`, [
      gone,
    ]);
    for (const userUid of [gone, '00000000-0000-4000-8000-00000000dead']) {
      const answer = await gateway.post(await gateway.token({ userUid }), worklist);
      expect([answer.status, answer.json]).toEqual([403, refusal('FORBIDDEN')]);
    }
  });

  it('that is good is answered as JSON that nobody may keep, under a request id', async () => {
    const answer = await gateway.post(await gateway.token({ userUid: story.advocate.uid }), worklist);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(at(answer.json, 'cases.totalCount')).toBe(2);
  });

  it('shares cases by the departments of its token', async () => {
    await asOwner(
      database.url,
      'insert into case_department (case_id, department_id) select id, $1 from case_file where uid = $2 on conflict do nothing',
      [story.department.row, story.john.caseUid],
    );
    const variables = { caseId: `case_${story.john.caseUid}` };
    const narrative = async (departments: string[]) =>
      at(
        (
          await gateway.post(await gateway.token({ userUid: story.advocate.uid, departments }), {
            query: operation('patient-context'),
            variables,
          })
        ).json,
        'case.narrative',
      );
    expect(await narrative([story.department.uid])).toBe('They moved my appointment twice.');
    expect(await narrative([])).toBeNull();
  });

  it('is not throttled: many at once are all answered, each with its own', async () => {
    const mine = await gateway.token({ userUid: story.advocate.uid });
    const theirs = await gateway.token({ userUid: story.other.uid });
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const answer = await gateway.post(n % 2 ? mine : theirs, {
          query: operation('patient-context'),
          variables: { caseId: `case_${story.maria.caseUid}` },
        });
        return [answer.status, at(answer.json, 'case.summary')];
      }),
    );
    expect(answers).toEqual(Array.from({ length: 24 }, (_, n) => [200, n % 2 ? 'Moved twice' : null]));
  });
});

describe('health', () => {
  it('is told to anybody, without a word about the inside', async () => {
    const at = (path: string) => fetch(gateway.url.replace('/graphql', path)).then(async (answer) => [answer.status, await answer.text()]);
    expect(await at('/health/live')).toEqual([200, '{"status":"live"}']);
    expect(await at('/health/ready')).toEqual([200, '{"status":"ready"}']);
    expect((await at('/nowhere'))[0]).toBe(404);
  });
});

describe('the schema', () => {
  const asked = {
    query: getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      schemaDescription: true,
      directiveIsRepeatable: true,
    }),
  };

  it('is shown to an integration engineer on a development hub', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN' });
    const answer = await gateway.post(token, asked);
    expect(answer.status).toBe(200);
    expect(answer.json.errors).toBeUndefined();
    const names = (at(answer.json, '__schema.types') as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Patient', 'Case', 'PhiClass', 'OpenCaseInput']));
  });

  it('is shown to nobody else, not even a single type, nor on a hub that is not for development', async () => {
    const advocate = await gateway.token({ userUid: story.advocate.uid });
    for (const query of [
      asked.query,
      '{ __type(name: "Patient") { name } }',
      'query { ...S } fragment S on Query { __schema { queryType { name } } }',
    ]) {
      const answer = await gateway.post(advocate, { query });
      expect([answer.status, answer.json]).toEqual([
        400,
        { errors: [expect.objectContaining({ extensions: { code: 'INTROSPECTION_DISABLED' } })] },
      ]);
    }
    const production = await openHttpGateway(database, { development: false });
    try {
      const engineer = await production.token({ userUid: story.advocate.uid, role: 'INTEGRATION_ENGINEER', purpose: 'HSYSADMIN' });
      const answer = await production.post(engineer, asked);
      expect([answer.status, answer.json]).toEqual([
        400,
        { errors: [expect.objectContaining({ extensions: { code: 'INTROSPECTION_DISABLED' } })] },
      ]);
      expect((await production.post(engineer, { query: '{ patientz { id } }' })).text).not.toMatch(/did you mean/i);
    } finally {
      await production.close();
    }
  });
});

describe('a purpose of use', () => {
  it('that the token allows may be said by the request, and no other', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    const asked = async (purpose: string): Promise<number> => (await gateway.post(token, worklist, { 'x-purpose-of-use': purpose })).status;
    expect([await asked('HOPERAT'), await asked('PATADMIN'), await asked('TREAT'), await asked('')]).toEqual([200, 403, 403, 403]);
  });
});

describe('the log', () => {
  it('says by a code why a token was refused, and the answer does not', async () => {
    const good = await gateway.token({ userUid: story.advocate.uid });
    const [head, body] = good.split('.');
    const old = await gateway.token({ userUid: story.advocate.uid, givenAt: new Date(Date.now() - 3_600_000) });
    const answers = await Promise.all([old, `${head}.${body}.AAAA`, 'x'].map((token) => gateway.post(token, worklist)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    for (const reason of ['EXPIRED', 'SIGNATURE', 'MALFORMED']) expect(gateway.logged()).toContain(`"reason":"${reason}"`);
  });

  it('holds nothing of what was asked or answered', async () => {
    const token = await gateway.token({ userUid: story.advocate.uid });
    await gateway.post(token, { query: operation('find-patient'), variables: { search: { name: 'Zz-Maria', birthDate: '1959-02-03' } } });
    await gateway.post(token, { query: operation('find-patient'), variables: { search: { name: 'Zz-\u0000' } } });
    await gateway.post(token, {
      query: 'query ($b: Date) { patients(search: { name: "Zz-M", birthDate: $b }) { totalCount } }',
      variables: { b: '0000-00-00 Zz-Maria' },
    });
    expect(gateway.logged()).not.toMatch(/Zz-|1959|eyJ/);
  });
});
