/** Starts the three demo systems on one Postgres database: generates and loads the people once, listens on the same
 *  ports as last time where they are free, and lets a test or a demo change a record or break a system. */
import { Pool } from 'pg';
import { asHubError, HubError, type Log } from '../kernel/index.js';
import { demoComplaints, type ComplaintStory } from './complaints.js';
import { serveFhir, type FhirServer } from './fhir-server.js';
import { generatePeople, summarizePeople, type PeopleSummary, type Person } from './people.js';
import { rememberLoad, recallLoad, recallPorts, rememberPorts } from './state.js';
import { demoSystems, type SystemName } from './systems/demo-systems.js';
import type { Resource } from './systems/resource.js';
import type { Fault } from './wire/fault.js';
import { resourceStore, type ResourceStore } from './wire/store.js';

export interface SandboxOptions {
  readonly databaseUrl: string;
  /** How many synthetic people. */
  readonly people: number;
  readonly seed: number;
  /** `YYYY-MM-DD`: the day up to which the story is told when it is loaded; a later start keeps what is loaded. */
  readonly today: string;
  readonly log: Log;
  readonly ports?: Partial<Record<SystemName, number>>;
}
export interface SandboxSystem {
  readonly name: SystemName;
  readonly url: string;
  /** Every type it serves, places and people before what refers to them. */
  readonly supplies: readonly string[];
}
export interface Sandbox {
  readonly systems: readonly SandboxSystem[];
  readonly summary: PeopleSummary;
  /** The day of the story that is loaded. */
  readonly today: string;
  readonly resources: number;
  /** Complaint stories of these people, the same each time. */
  stories(count: number): ComplaintStory[];
  /** Creates or changes a resource; its version and lastUpdated move on. */
  put(system: SystemName, resource: Resource): Promise<{ version: number; lastUpdated: string }>;
  remove(system: SystemName, type: string, id: string): Promise<boolean>;
  setFault(system: SystemName, fault: Fault | null): void;
  stop(): Promise<void>;
}

interface Running {
  readonly name: SystemName;
  readonly store: ResourceStore;
  readonly server: FhirServer & { readonly port: number };
}

async function loadOnce(pool: Pool, wanted: SandboxOptions): Promise<{ people: Person[]; today: string; resources: number }> {
  const loaded = await recallLoad(pool, wanted);
  const today = loaded?.today ?? wanted.today;
  const people = [...generatePeople({ seed: wanted.seed, count: wanted.people, today })];
  if (loaded) return { people, today, resources: loaded.resources };
  const counts = await Promise.all(
    demoSystems.map(async ({ name, records }) => {
      const store = resourceStore(pool, `sandbox_${name}`);
      await store.create();
      return store.load(records(people, today));
    }),
  );
  const resources = counts.reduce((sum, count) => sum + count, 0);
  await rememberLoad(pool, wanted, resources);
  wanted.log.info({ people: wanted.people, resources }, 'sandbox loaded');
  return { people, today, resources };
}

async function serveAll(pool: Pool, options: SandboxOptions): Promise<Running[]> {
  const remembered = await recallPorts(pool);
  const running: Running[] = [];
  for (const { name, types, honoursLastUpdated, warnsWhenEmpty } of demoSystems) {
    const store = resourceStore(pool, `sandbox_${name}`);
    const given = options.ports?.[name];
    const wanted = given !== undefined ? [given] : [...(remembered.get(name) ? [remembered.get(name) as number] : []), 0];
    const server = await serveFhir({ name, types, honoursLastUpdated, warnsWhenEmpty, store, log: options.log }, wanted);
    running.push({ name, store, server });
    if (server.port === 0) {
      await Promise.all(running.map((one) => one.server.stop()));
      throw new HubError(
        'PORT_BUSY',
        `The sandbox's ${name} system was to listen on port ${given}, which another program has. Give it another port.`,
      );
    }
  }
  await rememberPorts(
    pool,
    running.map(({ name, server }) => [name, server.port]),
  );
  return running;
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const pool = new Pool({ connectionString: options.databaseUrl, max: 8, application_name: 'sandbox' });
  pool.on('error', (error) => options.log.warn({ err: error }, 'sandbox lost a database connection'));
  try {
    const { people, today, resources } = await loadOnce(pool, options);
    const running = await serveAll(pool, options);
    const of = (name: SystemName): Running => {
      const found = running.find((one) => one.name === name);
      if (!found)
        throw new HubError(
          'SOURCE_UNKNOWN',
          `The sandbox has no system of this name. It has ${running.map((one) => one.name).join(', ')}.`,
        );
      return found;
    };
    return {
      systems: running.map(({ name, server }) => ({
        name,
        url: server.url,
        supplies: demoSystems.find((one) => one.name === name)?.types ?? [],
      })),
      summary: summarizePeople(people),
      today,
      resources,
      stories: (count) => demoComplaints(people, count),
      put: (system, resource) => of(system).store.put(resource),
      remove: (system, type, id) => of(system).store.remove(type, id),
      setFault: (system, fault) => of(system).server.setFault(fault),
      stop: async () => {
        await Promise.all(running.map(({ server }) => server.stop()));
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw asHubError(error, 'DATABASE_UNAVAILABLE', 'The sandbox could not load its people into the database.');
  }
}
