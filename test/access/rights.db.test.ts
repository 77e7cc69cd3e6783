/** What the database itself lets the two roles do, table by table, against a list written by hand. A table, a function or a
 *  right that is not in the list fails: whoever adds one says here who may do what with it, and why. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner } from '../support/owner.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const ask = <T extends object>(sql: string, values: readonly unknown[] = []) => asOwner<T>(database.url, sql, values);

/** S select, I insert, U update, D delete; small where only of some columns. Of TRUNCATE, REFERENCES and TRIGGER nobody has any. */
const rights: Readonly<Record<string, { readonly gateway: string; readonly worker: string }>> = {
  // What sources are and how they were read.
  source: { gateway: 'S', worker: 'SIUD' },
  sync_run: { gateway: 'S', worker: 'SIUD' },
  source_name: { gateway: 'S', worker: 'SIUD' },
  // What they sent, whole: the workers' alone. Of set-aside input the gateway sees that it is there and why.
  document: { gateway: '', worker: 'SIUD' },
  set_aside: { gateway: 's', worker: 'SIUD' },
  // The directory.
  facility: { gateway: 'S', worker: 'SIUD' },
  department: { gateway: 'S', worker: 'SIUD' },
  directory_user: { gateway: 'S', worker: 'SIUD' },
  user_department: { gateway: 'S', worker: 'SIUD' },
  department_map: { gateway: 'S', worker: 'SIUD' },
  // Where its people live is for the search for snooping alone.
  user_address: { gateway: '', worker: 'SIUD' },
  // Patients and facts: read under row-level security, written by workers.
  person: { gateway: 'S', worker: 'SIUD' },
  person_link: { gateway: 'S', worker: 'SIUD' },
  patient_record: { gateway: 'S', worker: 'SIUD' },
  patient_identifier: { gateway: 'S', worker: 'SIUD' },
  patient_phone: { gateway: 'S', worker: 'SIUD' },
  link_conflict: { gateway: 'S', worker: 'SIUD' },
  encounter: { gateway: 'S', worker: 'SIUD' },
  appointment: { gateway: 'S', worker: 'SIUD' },
  condition: { gateway: 'S', worker: 'SIUD' },
  care_team_member: { gateway: 'S', worker: 'SIUD' },
  coverage: { gateway: 'S', worker: 'SIUD' },
  claim: { gateway: 'S', worker: 'SIUD' },
  adjudication: { gateway: 'S', worker: 'SIUD' },
  payment: { gateway: 'S', worker: 'SIUD' },
  account: { gateway: 'S', worker: 'SIUD' },
  // What was agreed with a patient is ended, and never changed.
  consent_provision: { gateway: 'S', worker: 'SIUD' },
  restriction: { gateway: 'SIu', worker: 'SIUD' },
  confidential_contact: { gateway: 'SIu', worker: 'SIUD' },
  // Cases: people open and change them; what was said and done is only added to.
  case_file: { gateway: 'SIu', worker: 'SIUD' },
  deadline: { gateway: 'SIu', worker: 'SIUD' },
  case_department: { gateway: 'SI', worker: 'SIUD' },
  case_issue: { gateway: 'SI', worker: 'SIUD' },
  case_subject: { gateway: 'SI', worker: 'SIUD' },
  interaction: { gateway: 'SI', worker: 'SIUD' },
  case_event: { gateway: 'SI', worker: 'SIUD' },
  idempotency: { gateway: 'SI', worker: 'SIUD' },
  // Whoever breaks the glass tells the reviewers; whoever reviews is done with it.
  reminder: { gateway: 'SIu', worker: 'SIUD' },
  access_grant: { gateway: 'SIu', worker: 'SIU' },
  grant_request: { gateway: 'SI', worker: 'SIU' },
  // Work that follows: the gateway asks for it and never sees what others ask for.
  outbox: { gateway: 'I', worker: 'SIUD' },
  // Changes are noted by triggers alone.
  change_note: { gateway: 'S', worker: 'SD' },
  // The policy in force, the clock, the trail: appended to by a function of the owner's.
  policy_state: { gateway: 'S', worker: 'SIUD' },
  policy_generation: { gateway: 'S', worker: 'SI' },
  relabel_range: { gateway: 'S', worker: 'SIUD' },
  // When a token was last used, for automatic logoff.
  token_use: { gateway: 'SIUD', worker: '' },
  business_clock: { gateway: 'S', worker: 'SIUD' },
  audit_entry: { gateway: 'S', worker: 'S' },
  disclosure: { gateway: 'SI', worker: 'SI' },
  accounting_suspension: { gateway: 'SI', worker: 'SI' },
  // What a worker finds in the trail; a reviewer closes it.
  access_review: { gateway: 'SU', worker: 'SIU' },
  access_day: { gateway: '', worker: 'SIUD' },
  access_look: { gateway: '', worker: 'SIUD' },
  snooping_cursor: { gateway: '', worker: 'SIU' },
  audit_head: { gateway: '', worker: 'S' },
  migration: { gateway: '', worker: 'S' },
};

const letters = { SELECT: 'S', INSERT: 'I', UPDATE: 'U', DELETE: 'D', TRUNCATE: 'T', REFERENCES: 'R', TRIGGER: 'G' } as const;

async function rightsOf(role: string): Promise<Record<string, string>> {
  const columns = Object.entries(letters).map(([right, letter]) => {
    const some =
      right === 'DELETE' || right === 'TRUNCATE' || right === 'TRIGGER' ? 'false' : `has_any_column_privilege($1, c.oid, '${right}')`;
    return `case when has_table_privilege($1, c.oid, '${right}') then '${letter}' when ${some} then '${letter.toLowerCase()}' else '' end`;
  });
  const rows = await ask<{ name: string; may: string }>(
    `select c.relname as name, ${columns.join(' || ')} as may from pg_class c
     where c.relnamespace = 'hub'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname !~ '^audit_entry_\\d{4}_\\d\\d$'`,
    [role],
  );
  return Object.fromEntries(rows.map(({ name, may }) => [name, may]));
}

describe.each(['gateway', 'worker'] as const)('the role of the %s', (role) => {
  it('may do with each table what the list says, and nothing with a table that is not in it', async () => {
    expect(await rightsOf(`hub_${role}`)).toEqual(Object.fromEntries(Object.entries(rights).map(([name, may]) => [name, may[role]])));
  });

  it('reaches months of the trail through the trail alone', async () => {
    const months = await ask<{ may: boolean }>(
      `select has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE') or has_table_privilege($1, c.oid, 'DELETE, TRUNCATE') as may
       from pg_class c where c.relnamespace = 'hub'::regnamespace and c.relname ~ '^audit_entry_\\d{4}_\\d\\d$'`,
      [`hub_${role}`],
    );
    expect(months.length).toBeGreaterThan(0);
    expect(months.filter(({ may }) => may)).toEqual([]);
  });

  it('is no superuser, passes no row-level security, owns nothing and is a member of no role', async () => {
    const [attributes] = await ask(
      'select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = $1',
      [`hub_${role}`],
    );
    expect(Object.values(attributes ?? { missing: true })).toEqual([false, false, false, false, false]);
    expect(
      await ask(`select 1 from pg_class where relowner = to_regrole($1) union all select 1 from pg_proc where proowner = to_regrole($1)`, [
        `hub_${role}`,
      ]),
    ).toEqual([]);
    expect(await ask('select 1 from pg_auth_members where member = to_regrole($1)', [`hub_${role}`])).toEqual([]);
  });

  it('makes nothing in the schema, nor in the public one', async () => {
    const [may] = await ask(
      `select has_schema_privilege($1, 'hub', 'create') as hub, has_schema_privilege($1, 'public', 'create') as public, has_database_privilege($1, current_database(), 'create') as database`,
      [`hub_${role}`],
    );
    expect(may).toEqual({ hub: false, public: false, database: false });
  });
});

it('columns that the gateway may see or change where not all: never a body, a label, a number or an id', async () => {
  const some = async (right: string, table: string) =>
    (
      await ask<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = ('hub.' || $2)::regclass and attnum > 0 and not attisdropped
         and not has_column_privilege('hub_gateway', attrelid, attnum, $1) order by 1`,
        [right, table],
      )
    ).map(({ name }) => name);
  expect(await some('SELECT', 'set_aside')).toEqual(['body', 'hash']);
  expect(await some('UPDATE', 'case_file')).toEqual(['id', 'label_mask', 'number', 'opened_at', 'opened_by', 'own_mask', 'uid']);
  expect(await some('UPDATE', 'deadline')).toEqual(['case_id', 'id', 'label_mask', 'uid']);
});

it('functions that a role may call are those of the list; none runs as its owner with a search path of the caller', async () => {
  const callable = async (role: string) =>
    (
      await ask<{ name: string }>(
        `select proname as name from pg_proc where pronamespace = 'hub'::regnamespace and prorettype <> 'trigger'::regtype and has_function_privilege($1, oid, 'execute') order by 1`,
        [role],
      )
    ).map(({ name }) => name);
  expect(await callable('hub_gateway')).toEqual(['append_audit', 'consents_in_force', 'denials', 'label_names', 'withheld_rows']);
  expect(await callable('hub_worker')).toEqual([
    ...['append_audit', 'consents_in_force', 'denials', 'label_names', 'make_audit_month', 'tell_cases_of_records', 'withheld_rows'],
  ]);
  expect(
    await ask(
      `select proname from pg_proc where pronamespace = 'hub'::regnamespace and prosecdef and not coalesce(proconfig::text ~ 'search_path=hub, pg_temp', false)`,
    ),
  ).toEqual([]);
});

it('sequences that a role may use: the number of a case, by the gateway', async () => {
  const usable = (role: string) =>
    ask(
      `select relname as name from pg_class where relnamespace = 'hub'::regnamespace and relkind = 'S'
       and (has_sequence_privilege($1, oid, 'usage') or has_sequence_privilege($1, oid, 'update') or has_sequence_privilege($1, oid, 'select'))`,
      [role],
    );
  expect(await usable('hub_gateway')).toEqual([{ name: 'case_number' }]);
  expect(await usable('hub_worker')).toEqual([]);
});

it('other roles have nothing: not even to look into the schema', async () => {
  expect(
    await ask(
      `select c.relname, a.privilege_type from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'hub'::regnamespace
       and a.grantee not in (c.relowner, 'hub_gateway'::regrole, 'hub_worker'::regrole)`,
    ),
  ).toEqual([]);
  expect(await ask(`select 1 from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'hub' and a.grantee = 0`)).toEqual([]);
});
