/** The gateway, wired: token and plan at the door, one reader, one audit trail, the acts of the cases room bound to the
 *  viewer. Runs inside `hub up` and, on its own, as `hub gateway`. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { grantActs, openAudit, openPolicyInForce, planFor, privacyActs, type Told } from '../access/index.js';
import { caseActs, type CaseActs, type CaseRules } from '../cases/index.js';
import { openDirectory } from '../directory/index.js';
import { createApollo } from '../graphql/index.js';
import { createApp, keepLimits, listen, openDoor, rememberedForMs, type Admitted } from '../http/index.js';
import { HubError, type Clock, type Log, type SystemActor, type Viewer } from '../kernel/index.js';
import { agreementActs } from '../patients/index.js';
import { createReader, openReaders } from '../read/index.js';
import { businessClock, listenTo, openOrm, openPool, openTokenUse, type Orm } from '../store/index.js';
import { auditedActs } from './audited-acts.js';
import type { HubSettings } from './hub-settings.js';
import { neverIdle, tokenRules } from './issuer.js';
import { limitsOf } from './limits.js';
import type { GatewayRules } from './rules.js';
import { hubSchema, hubShapes } from './shapes.js';
import { openStreams } from './streams.js';

export interface Gateway {
  readonly url: string;
  /** The acts as this person may do them, without a request, done and audited under the name of `actor`: for the demo. */
  actsFor(viewer: Viewer, actor: SystemActor): Promise<CaseActs>;
  stop(): Promise<void>;
}

export interface GatewayWanted {
  readonly gatewayUrl: string;
  readonly rules: Pick<GatewayRules, 'cases' | 'disclosures'>;
  readonly log: Log;
}

const readingConnections = 2;
const clockLookMs = 5_000;
const usualStreams = { perViewer: 10, perProcess: 1_000 };

export async function startGateway(
  settings: Pick<HubSettings, 'auth' | 'data' | 'host' | 'port'> & Partial<Pick<HubSettings, 'idleLogoffMs' | 'limits' | 'streams'>>,
  wanted: GatewayWanted,
): Promise<Gateway> {
  const { gatewayUrl, rules, log } = wanted;
  const schema = hubSchema();
  const development = settings.auth.kind === 'development';
  const { gate, rateLimit, mostBytes } = limitsOf(settings.limits ?? {}, { schema, development });
  const pool = openPool(gatewayUrl, { max: 4, name: 'gateway' });
  const policy = await openPolicyInForce(pool, { shapes: hubShapes }).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const orm = await openOrm(gatewayUrl, { log });
  const readers = openReaders(gatewayUrl, { connections: readingConnections, log });
  const audit = openAudit(gatewayUrl, { log });
  const clock = await businessClock(pool);
  const look = setInterval(
    () => void clock.refresh().catch(() => log.warn('the business clock could not be read; it runs on')),
    clockLookMs,
  );
  look.unref();
  const reader = createReader(hubShapes, readers);
  const apollo = createApollo({ schema, audit, log, development });
  await apollo.start();
  const directory = openDirectory(pool);
  let hearsOfChanges = (): boolean => false;
  const admit = openDoor({
    tokens: await tokenRules(settings, { isRole: (word) => policy.current().policy.roles.has(word), log }),
    policy: policy.current,
    renewPolicy: policy.renew,
    findRows: directory.viewerRows,
    ...restingOf(settings, pool),
    audit,
    hearsOfChanges: () => hearsOfChanges(),
  });
  const forget = (): void => {
    directory.forget();
    admit.forget();
  };
  const changes = await listenTo(gatewayUrl, { channel: 'hub_directory', heard: forget, log });
  hearsOfChanges = changes.hears;
  const limits = settings.streams ?? usualStreams;
  const { streams, close: closeStreams } = await openStreams(gatewayUrl, { schema, audit, log, pool, limits });
  const app = createApp({
    apollo,
    admit,
    limits: keepLimits({ ...gate, ...rateLimit, audit }),
    mostBytes,
    equip: ({ plan, rows, viewer }, requestId) => {
      const told = { actor: viewer, requestId };
      return {
        reader,
        acts: actsOf({ plan, rows }, { orm, clock, rules: rules.cases, told }),
        grants: grantActs({ pool, plan, viewer: rows, told }),
        agreements: agreementActs({ ...plan, em: orm.em, viewer: rows, told }),
        privacy: privacyActs({ ...plan, em: orm.em, viewer: rows, told, rules: rules.disclosures }),
      };
    },
    streams,
    healthy: async () => void (await pool.query('select from policy_state')),
    log,
  });
  const closeAll = async (): Promise<void> => {
    clearInterval(look);
    await closeStreams();
    await apollo.stop();
    await changes.close();
    await readers.close();
    await audit.close();
    await orm.close(true);
    await pool.end();
  };
  const server = await listen(app, { host: settings.host, port: settings.port }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const actsFor = async (viewer: Viewer, actor: SystemActor): Promise<CaseActs> => {
    const rows = await directory.viewerRows(viewer);
    if (!rows) throw new HubError('FORBIDDEN', 'The directory does not know this user, or knows them as gone.');
    const { policy: inForce, generation } = policy.current();
    const told = { actor, requestId: randomUUID() };
    const acts = actsOf({ plan: planFor(inForce, viewer, generation), rows }, { orm, clock, rules: rules.cases, told });
    return auditedActs(acts, { actor, audit });
  };
  return { url: server.url, actsFor, stop: () => closeStreams().then(server.close).then(closeAll) };
}

/** Automatic logoff (45 CFR 164.312(a)(2)(iii)), where it is wanted. */
function restingOf({ auth, idleLogoffMs = null }: Pick<HubSettings, 'auth'> & { readonly idleLogoffMs?: number | null }, pool: Pool) {
  if (idleLogoffMs === null) return {};
  const exempt = neverIdle(auth);
  const { noteUse } = openTokenUse(pool, { idleMs: idleLogoffMs, notedEveryMs: rememberedForMs });
  return { resting: { noteUse, isExempt: ({ userUuid }: Viewer) => exempt.has(userUuid) } };
}

interface Means {
  readonly orm: Orm;
  readonly clock: Clock;
  readonly rules: CaseRules;
  readonly told: Told;
}

/** The acts of the cases room under this viewer's plan; they read their input themselves. */
function actsOf({ plan, rows }: Pick<Admitted, 'plan' | 'rows'>, { orm, clock, rules, told }: Means): CaseActs {
  return caseActs({ ...plan, em: orm.em, viewer: rows, clock, rules, told });
}
