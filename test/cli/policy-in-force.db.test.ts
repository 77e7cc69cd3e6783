/** The policy as a privacy officer works with it: two gateways and a worker that go on running, files that change, and
 *  commands that put them in force, refuse them and explain them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/index.js';
import { at } from '../support/answers.js';
import { ask, builtHub, endHubs, ownFolder, runHub, startPart, type RunningHub } from '../support/hub.js';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

let database: TestDatabase;
let home: { path: string; remove: () => Promise<void> };
let env: Record<string, string>;
let gateways: RunningHub[];
const policy = (name: string): string => join(home.path, 'policy', name);

beforeAll(async () => {
  await builtHub();
  [database, home] = await Promise.all([testDatabase(), ownFolder()]);
  await writeFile(join(home.path, 'hub.yaml'), 'policy: ./policy\n');
  await cp(join(packageRoot, 'schema', 'policy'), join(home.path, 'policy'), { recursive: true });
  env = {
    HUB_CONFIG: join(home.path, 'hub.yaml'),
    HUB_DATA: join(home.path, 'data'),
    HUB_LOG_LEVEL: 'error',
    PORT: '0',
    HUB_GATEWAY_DATABASE_URL: database.gatewayUrl,
    HUB_WORKER_DATABASE_URL: database.workerUrl,
    DATABASE_URL: database.url,
  };
  expect((await runHub(['migrate'], env)).code).toBe(0);
  gateways = await Promise.all([startPart(['gateway'], env), startPart(['gateway'], env)]);
}, 300_000);
afterAll(async () => {
  await endHubs();
  await database.drop();
  await home.remove();
}, 60_000);
beforeEach(() => cp(join(packageRoot, 'schema', 'policy'), join(home.path, 'policy'), { recursive: true }));

const put = async (name: string, from: string, to: string): Promise<void> => {
  const text = await readFile(policy(name), 'utf8');
  expect(text).toContain(from);
  await writeFile(policy(name), text.replace(from, to));
};
const apply = (...words: string[]) => runHub(['policy', 'apply', ...words], env);
const tokens = new Map<string, string>();
const token = async (...words: string[]): Promise<string> => {
  const key = words.join(' ');
  const known = tokens.get(key) ?? (await runHub(['token', '--role', ...words], env)).stdout.trimEnd().split('\n').at(-1) ?? '';
  tokens.set(key, known);
  return known;
};
const atBoth = async (bearer: string, document: string, variables: object = {}) =>
  Promise.all(gateways.map((gateway) => ask(gateway, bearer, { document, variables })));
const byPhone = 'query { patients(search: { phone: "617-555-0101" }) { withheld { rule } } }';
const rulesAtBoth = async (): Promise<unknown[]> =>
  (await atBoth(await token('RESPONDER'), byPhone)).map(({ body }) => at(body, 'patients.withheld.0.rule') ?? null);
const phoneToo = (): Promise<void> =>
  put('rules.yaml', "by: [identifier]\n    remedy: Ask the advocate who holds the case.\n    citation: 45 CFR 164.514(d)(2), 164.514(h)\n  - id: match.review", "by: [identifier, phone]\n    remedy: Ask the advocate who holds the case.\n    citation: 45 CFR 164.514(d)(2), 164.514(h)\n  - id: match.review"); // prettier-ignore

describe('a policy that is applied', () => {
  it('holds for the next read in every gateway, and back again, without a restart', async () => {
    expect(await rulesAtBoth()).toEqual(['default.deny', 'default.deny']);
    await phoneToo();
    const applied = await apply();
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringMatching(/^Policy generation 2 is in force, from the next request on\.\n$/)]);
    expect(await rulesAtBoth()).toEqual([null, null]);
    expect((await apply()).stdout).toBe('Policy generation 2 is in force already; the files say the same.\n');
    const shipped = join(packageRoot, 'schema', 'policy');
    expect((await apply('--policy', shipped)).stdout).toContain('Policy generation 3 is in force');
    expect(await rulesAtBoth()).toEqual(['default.deny', 'default.deny']);
  }, 60_000); // prettier-ignore

  it('holds for the next act: what the role may do, and what it may not any more', async () => {
    const openCase = 'mutation { openCase(input: { channel: PHONE, summary: "Zz-Wait" }) { __typename ... on Refused { code } } }';
    const outcomes = async () =>
      (await atBoth(await token('RESPONDER'), openCase)).map(({ body }) => at(body, 'openCase.code') ?? at(body, 'openCase.__typename'));
    expect(await outcomes()).toEqual(['NOT_PERMITTED', 'NOT_PERMITTED']);
    await put('roles.yaml', 'capabilities: [READ_CASES, READ_IDENTITY, READ_SCHEDULING]', 'capabilities: [READ_CASES, WRITE_CASES, READ_IDENTITY, READ_SCHEDULING]'); // prettier-ignore
    expect((await apply()).code).toBe(0);
    expect(await outcomes()).toEqual(expect.arrayContaining(['CaseChanged']));
    expect((await apply('--policy', join(packageRoot, 'schema', 'policy'))).code).toBe(0);
    expect(await outcomes()).toEqual(['NOT_PERMITTED', 'NOT_PERMITTED']);
  }, 60_000);

  it('holds at the door: a purpose that a role may claim from now on, and a role that is gone', async () => {
    const bearer = await token('PRIVACY_OFFICER', '--purpose', 'HLEGAL');
    const statuses = async () => (await atBoth(bearer, '{ cases { totalCount } }')).map(({ status }) => status);
    expect(await statuses()).toEqual([403, 403]);
    await put('roles.yaml', 'purposes: [HCOMPL]', 'purposes: [HCOMPL, HLEGAL]');
    expect((await apply()).code).toBe(0);
    expect(await statuses()).toEqual([200, 200]);
    expect((await apply('--policy', join(packageRoot, 'schema', 'policy'))).code).toBe(0);
    const [{ body } = { body: null }] = await atBoth(bearer, '{ cases { totalCount } }');
    expect(at(body, 'errors.0.extensions.code') ?? (body as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code).toBe('FORBIDDEN'); // prettier-ignore
  }, 60_000);
});

describe('a policy that is refused', () => {
  it('changes nothing, is told with every problem, and raises an alarm in log, audit trail and doctor until one is applied', async () => {
    const before = await rulesAtBoth();
    await phoneToo();
    await put('rules.yaml', 'when: facility', 'when: nearby');
    await put('labels.yaml', 'bit: 5\n', 'bit: 4\n');
    const { code, stdout, stderr } = await apply();
    expect([code, stdout]).toEqual([1, '']);
    const lines = stderr.trimEnd().split('\n');
    const told = lines.filter((line) => line.startsWith('policy/'));
    expect(told).toEqual([
      expect.stringMatching(/^policy\/labels\.yaml:\d+ labels\[\d+\]\.bit: another label has bit 4$/),
      expect.stringMatching(
        /^policy\/rules\.yaml:\d+ rules\[2\]\.when: expected always \| related \| facility \| glass \| aggregate, found 'nearby'$/,
      ),
    ]);
    const alarm = JSON.parse(lines.find((line) => line.startsWith('{')) ?? '{}') as Record<string, unknown>;
    expect(alarm).toMatchObject({ level: 50, code: 'POLICY_INVALID', problems: told });
    expect(await rulesAtBoth()).toEqual(before);
    const entries = await asOwner(database.url, "select system, operation, outcome, action from audit_entry where system = 'policy' order by seq desc limit 1"); // prettier-ignore
    expect(entries).toEqual([{ system: 'policy', operation: 'policy apply', outcome: 'ERROR', action: 'SYSTEM' }]);
    const doctor = async () => (await runHub(['doctor'], env)).stdout.split('\n').find((line) => /^\w+ +policy /.test(line));
    expect(await doctor()).toMatch(/^wrong +policy .* was refused: policy\/labels\.yaml:\d+ .* and 1 more$/);
    await cp(join(packageRoot, 'schema', 'policy'), join(home.path, 'policy'), { recursive: true });
    expect((await apply()).code).toBe(0);
    expect(await doctor()).toMatch(/^ok +policy +generation \d+, applied by .+ at /);
  }, 60_000);

  it('is refused where a field of a patient would have no rule', async () => {
    await put('rules.yaml', 'classes: [IDENTITY, CONTACT, COVERAGE, BILLING, NARRATIVE]', 'classes: [IDENTITY, CONTACT, BILLING, NARRATIVE]');
    const text = (await readFile(policy('rules.yaml'), 'utf8')).replaceAll('COVERAGE, ', '');
    await writeFile(policy('rules.yaml'), text);
    expect((await apply()).stderr).toContain('rules: expected a rule for the class COVERAGE, found none');
  }); // prettier-ignore
});

describe('a start', () => {
  it('keeps what was applied by hand since its files last changed, and says so', async () => {
    await phoneToo();
    expect((await apply('--policy', policy(''))).code).toBe(0);
    await cp(join(packageRoot, 'schema', 'policy'), join(home.path, 'policy'), { recursive: true });
    const { stdout } = await runHub(['migrate'], env);
    expect(stdout).toMatch(/^Policy generation \d+ is in force, applied by hand since the files last changed; `hub policy apply` puts the files in force\.\n/); // prettier-ignore
    expect(await rulesAtBoth()).toEqual([null, null]);
    await put('rules.yaml', '# Minimum necessary', '# Changed: minimum necessary');
    expect((await runHub(['migrate'], env)).stdout).toMatch(/^Policy generation \d+ is in force, from the files\.\n/);
    expect(await rulesAtBoth()).toEqual(['default.deny', 'default.deny']);
  }, 60_000);
});

describe('changed label rules', () => {
  it('are worked out by a running worker while the command tells how far it is, and by the rules in force from then on', async () => {
    await asOwner(database.url, "insert into source (name, kind, active) values ('zz', 'fhir', false)");
    await asOwner(
      database.url,
      `insert into patient_record (source_id, source_key, ingested_at, own_mask, label_mask) select id, 'Patient/1', now(), 0, 0 from source where name = 'zz'`,
    );
    await asOwner(
      database.url,
      `insert into encounter (source_id, source_key, patient_record_id, ingested_at, label_codes, own_mask, label_mask)
       select r.source_id, 'Encounter/' || n, r.id, now(), array['http://hl7.org/fhir/sid/icd-10-cm|' || case when n % 2 = 0 then 'M54.50' else 'I10' end], 0, 0
         from patient_record r, generate_series(1, 3000) n`,
    );
    const worker = await startPart(['worker', '--queues', 'scope'], env);
    await put('labels.yaml', '{ system: icd10, prefix: D57 }', '{ system: icd10, prefix: M54 }');
    const { code, stdout } = await apply('--wait');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Rows are labelled anew in \d+ ranges.*\n(?:.*\n)*  labelled anew: (\d+) of \1 ranges, 100 %\n$/)]); // prettier-ignore
    const labelled = await asOwner(database.url, 'select label_mask <> 0 as labelled, count(*)::int from encounter group by 1 order by 1');
    expect(labelled).toEqual([
      { labelled: false, count: 1500 },
      { labelled: true, count: 1500 },
    ]);
    expect(await worker.end('SIGTERM')).toBe(0);
  }, 90_000);
});

describe('hub policy explain', () => {
  const explain = (...words: string[]) => runHub(['policy', 'explain', ...words], env);

  it('says which rule decides, under which condition, with citation and remedy', async () => {
    const { stdout } = await explain('--role', 'ADVOCATE', '--purpose', 'HOPERAT', '--field', 'Patient.balance');
    expect(stdout.split('\n').filter((line) => !line.startsWith('Policy generation'))).toEqual([
      'Patient.balance is of the class BILLING.',
      'ADVOCATE asking for HOPERAT: shown where a condition holds, else withheld. (RELATIONSHIP, context.related) Take over the case, open one for this patient, or break the glass with a written reason.',
      '  context.related: where the viewer holds or shares an open case of this patient. 45 CFR 164.514(d)(2)(ii). Otherwise: Take over the case, open one for this patient, or break the glass with a written reason.',
      '  context.glass: while the viewer has broken the glass for this patient. 45 CFR 164.312(a)(2)(ii). Otherwise: Take over the case, or open one for this patient; in an emergency break the glass, with a written reason.',
      '',
    ]);
    expect((await explain('--role', 'MANAGER', '--field', 'CLINICAL')).stdout).toContain('MANAGER asking for HQUALIMP: never shown. It may be counted.'); // prettier-ignore
    expect((await explain('--role', 'RESPONDER', '--field', 'search.phone')).stdout).toContain(
      'RESPONDER asking for HOPERAT: may not search by phone. (ROLE, default.deny)',
    );
  });

  it('says for a patient and a person whether the condition holds now, shows nothing of the patient, and is audited', async () => {
    const [person] = await asOwner<{ id: string; uid: string }>(database.url, 'insert into person default values returning id::text, uid');
    await asOwner(database.url, `insert into source (name, kind, active) values ('zz2', 'fhir', false)`);
    await asOwner(
      database.url,
      `with r as (insert into patient_record (source_id, source_key, ingested_at, name, own_mask, label_mask) select id, 'Patient/9', now(), 'Zz-Secret', 0, 0 from source where name = 'zz2' returning id),
        c as (insert into case_file (number, kind, status, facility_id, classification, channel, received_at, opened_at, summary, patient_record_id, assigned_to)
              select 'PR-9', 'GRIEVANCE', 'RECEIVED', f.id, 'x', 'PHONE', now(), now(), 'Zz-Secret', r.id, u.id from r, (select min(id) as id from facility) f, directory_user u where u.role = 'ADVOCATE' limit 1)
       insert into person_link (patient_record_id, person_id, assurance, linked_by, linked_at) select id, $1, 'CERTAIN', 'test', now() from r`,
      [person?.id],
    );
    const [holder] = await asOwner<{ uid: string }>(
      database.url,
      `select u.uid from case_file c join directory_user u on u.id = c.assigned_to where c.number = 'PR-9'`,
    );
    const of = (user: string) => explain('--role', 'ADVOCATE', '--purpose', 'HOPERAT', '--field', 'Encounter.reason', '--patient', `pat_${person?.uid ?? ''}`, '--user', user); // prettier-ignore
    const held = await of(`usr_${holder?.uid ?? ''}`);
    expect(held.stdout).toContain('  related: holds now\n');
    expect(held.stdout).toContain('  labels: no row of encounter is masked (sensitivity.masked)\n');
    expect((await of('billing-specialist')).stdout).toContain('  related: does not hold now\n');
    expect(held.stdout + held.stderr).not.toContain('Zz-');
    const entries = await asOwner(database.url, "select person_uid, purpose, action from audit_entry where system = 'policy explain' order by seq desc limit 1"); // prettier-ignore
    expect(entries).toEqual([{ person_uid: person?.uid, purpose: 'HCOMPL', action: 'SYSTEM' }]);
  }, 60_000);

  it.each([
    [['--role', 'NOBODY', '--field', 'CLINICAL'], '--role: expected ADVOCATE | MANAGER'],
    [['--role', 'ADVOCATE', '--purpose', 'HPAYMT', '--field', 'CLINICAL'], '--purpose: expected HOPERAT | PATADMIN, which ADVOCATE may claim'],
    [['--role', 'ADVOCATE', '--field', 'Patient.balanc'], 'the nearest is Patient.balance'],
    [['--role', 'ADVOCATE', '--field', 'CLINICAL', '--user', 'manager'], '--patient, --user: expected both'],
  ])('says what it could be asked instead of %j', async (words, says) => {
    const { code, stderr } = await explain(...words);
    expect([code, stderr]).toEqual([1, expect.stringContaining(says)]);
  }); // prettier-ignore
});
