/** The demo's three source systems as hub.yaml would name them, and the database in which they live: their own, beside the
 *  hub's, for a source system is somebody else's. */
import pg from 'pg';
import { realClock, type Log } from '../kernel/index.js';
import { startSandbox, type Sandbox } from '../sandbox/index.js';
import type { ConfiguredSource } from './hub-settings.js';

const seed = 20_260_101;
const everyMs = 5 * 60_000;

export async function startDemoSources(ownerUrl: string, { people, log }: { people: number; log: Log }): Promise<Sandbox> {
  const databaseUrl = await sandboxDatabase(ownerUrl);
  return startSandbox({ databaseUrl, people, seed, today: realClock.now().toISOString().slice(0, 10), log });
}

export const demoSettings = ({ systems }: Pick<Sandbox, 'systems'>): ConfiguredSource[] =>
  systems.map(({ name, url, supplies }) => ({ name, kind: 'fhir', url, supplies, everyMs, auth: { kind: 'none' } }));

async function sandboxDatabase(ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  const name = `${url.pathname.slice(1)}_sandbox`;
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'hub-start' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}
