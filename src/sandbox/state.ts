/** What the sandbox keeps between two starts: which people are loaded, and the ports it listened on, so that the demo's
 *  addresses stay the same. */
import type { Pool } from 'pg';

/** Raised whenever the generator or the table changes: what an older one loaded is then loaded anew. */
const generatorVersion = 3;

interface Wanted {
  readonly seed: number;
  readonly people: number;
  readonly today: string;
}

async function prepare(pool: Pool): Promise<void> {
  await pool.query(`create schema if not exists sandbox;
    create table if not exists sandbox.loaded (seed bigint not null, people int not null, version int not null, today text not null, resources int not null);
    create table if not exists sandbox.port (system text primary key, port int not null)`);
}

/** What is loaded, if it is what is wanted. Else the mark is taken away: a load that is cut off must not count. */
export async function recallLoad(pool: Pool, { seed, people }: Wanted): Promise<{ today: string; resources: number } | null> {
  await prepare(pool);
  const found = await pool.query<{ today: string; resources: number }>(
    'select today, resources from sandbox.loaded where seed = $1 and people = $2 and version = $3',
    [seed, people, generatorVersion],
  );
  if (!found.rows[0]) await pool.query('delete from sandbox.loaded');
  return found.rows[0] ?? null;
}

export async function rememberLoad(pool: Pool, { seed, people, today }: Wanted, resources: number): Promise<void> {
  await pool.query('insert into sandbox.loaded (seed, people, version, today, resources) values ($1, $2, $3, $4, $5)', [
    seed,
    people,
    generatorVersion,
    today,
    resources,
  ]);
}

export async function recallPorts(pool: Pool): Promise<Map<string, number>> {
  const found = await pool.query<{ system: string; port: number }>('select system, port from sandbox.port');
  return new Map(found.rows.map(({ system, port }) => [system, port]));
}

export async function rememberPorts(pool: Pool, ports: readonly (readonly [system: string, port: number])[]): Promise<void> {
  for (const [system, port] of ports) {
    await pool.query('insert into sandbox.port (system, port) values ($1, $2) on conflict (system) do update set port = excluded.port', [
      system,
      port,
    ]);
  }
}
