/** The gateway, wired: token and plan at the door, one reader, one audit trail, the acts of the cases room bound to the
 *  viewer. Runs inside `hub up` and, on its own, as `hub gateway`. */
import { openAudit, planFor } from '../access/index.js';
import { openIssuer, trustIssuer, type TokenRules } from '../auth/index.js';
import { caseActs, type CaseActs, type CaseRules } from '../cases/index.js';
import { openDirectory } from '../directory/index.js';
import { createApollo } from '../graphql/index.js';
import { createApp, listen, openDoor, type Admitted } from '../http/index.js';
import { HubError, realClock, type Clock, type Log, type SystemActor, type Viewer } from '../kernel/index.js';
import { agreementActs } from '../patients/index.js';
import { createReader, openReaders } from '../read/index.js';
import { businessClock, openOrm, openPool, type Orm } from '../store/index.js';
import { auditedActs } from './audited-acts.js';
import type { HubSettings } from './hub-settings.js';
import type { Rules } from './rules.js';
import { hubSchema, hubShapes } from './shapes.js';

export interface Gateway {
  readonly url: string;
  /** The acts as this person may do them, without a request, done and audited under the name of `actor`: for the demo. */
  actsFor(viewer: Viewer, actor: SystemActor): Promise<CaseActs>;
  stop(): Promise<void>;
}

export interface GatewayWanted {
  readonly gatewayUrl: string;
  readonly generation: number;
  readonly rules: Rules;
  readonly log: Log;
}

const readingConnections = 2;
const clockLookMs = 5_000;

export async function startGateway(
  settings: Pick<HubSettings, 'auth' | 'data' | 'host' | 'port'>,
  wanted: GatewayWanted,
): Promise<Gateway> {
  const { gatewayUrl, generation, rules, log } = wanted;
  const pool = openPool(gatewayUrl, { max: 4, name: 'gateway' });
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
  const apollo = createApollo({ schema: hubSchema(), audit, log, development: settings.auth.kind === 'development' });
  await apollo.start();
  const directory = openDirectory(pool);
  const app = createApp({
    apollo,
    admit: openDoor({
      tokens: await tokenRules(settings),
      policy: () => ({ policy: rules.policy, generation }),
      findRows: directory.viewerRows,
      audit,
    }),
    equip: (admitted) => ({
      reader,
      acts: actsOf(admitted, { orm, clock, rules: rules.cases }),
      agreements: agreementActs({
        may: admitted.plan.may,
        hidden: admitted.plan.hidden,
        em: orm.em,
        viewer: admitted.rows,
        clock: realClock,
      }),
    }),
    healthy: async () => void (await pool.query('select from policy_state')),
    log,
  });
  const closeAll = async (): Promise<void> => {
    clearInterval(look);
    await apollo.stop();
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
    const acts = actsOf({ plan: planFor(rules.policy, viewer, generation), rows }, { orm, clock, rules: rules.cases });
    return auditedActs(acts, { actor, audit });
  };
  return { url: server.url, actsFor, stop: () => server.close().then(closeAll) };
}

async function tokenRules({ auth, data }: Pick<HubSettings, 'auth' | 'data'>): Promise<TokenRules> {
  return auth.kind === 'issuer' ? trustIssuer(auth) : (await openIssuer(data, { claims: auth.claims })).rules;
}

interface Means {
  readonly orm: Orm;
  readonly clock: Clock;
  readonly rules: CaseRules;
}

/** The acts of the cases room under this viewer's plan; they read their input themselves. */
function actsOf({ plan, rows }: Pick<Admitted, 'plan' | 'rows'>, { orm, clock, rules }: Means): CaseActs {
  const { may, decide, hidden } = plan;
  return caseActs({ may, decide, hidden, em: orm.em, viewer: rows, clock, rules });
}
