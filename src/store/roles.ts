/** The two login roles under which the hub works on its data. Roles belong to the cluster, not to one database, and
 *  several hubs or tests may share a cluster: so they are made by whoever comes first, and a lost race is no fault. Neither
 *  is a superuser and neither owns anything; what they may do is granted by a migration, database by database. */
import type { ClientBase } from 'pg';
import { sqlState } from './pool.js';

export interface RolePasswords {
  readonly gatewayPassword?: string | undefined;
  readonly workerPassword?: string | undefined;
}

const gatewayRole = 'hub_gateway';
const workerRole = 'hub_worker';

/** Makes the roles where they are missing, and sets the passwords that are given. */
export async function ensureRoles(client: ClientBase, passwords: RolePasswords): Promise<void> {
  await ensureRole(client, gatewayRole, passwords.gatewayPassword);
  await ensureRole(client, workerRole, passwords.workerPassword);
}

async function ensureRole(client: ClientBase, role: string, password: string | undefined): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  if (rowCount === 0) {
    await inTurn(() => client.query(`create role ${role} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls`));
    await inTurn(() => client.query(`alter role ${role} set search_path = hub`));
  }
  if (password !== undefined) {
    await inTurn(() => client.query(`alter role ${role} password ${client.escapeLiteral(password)}`));
  }
}

/** What Postgres says when another connection has just made the role, or is changing it at this moment. Advisory locks
 *  would not help: they hold within one database only. */
const alreadyMade = new Set(['42710', '23505']);
const beingChanged = /tuple concurrently (updated|deleted)/;
const attempts = 20;

async function inTurn(change: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await change();
      return;
    } catch (error) {
      if (alreadyMade.has(sqlState(error))) return;
      if (attempt === attempts || !(error instanceof Error) || !beingChanged.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt));
    }
  }
}

/** The owner's address as each role would use it. */
export function roleUrls(
  ownerUrl: string,
  passwords: { readonly gatewayPassword: string; readonly workerPassword: string },
): { gateway: string; worker: string } {
  return {
    gateway: asRole(ownerUrl, gatewayRole, passwords.gatewayPassword),
    worker: asRole(ownerUrl, workerRole, passwords.workerPassword),
  };
}

function asRole(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}
