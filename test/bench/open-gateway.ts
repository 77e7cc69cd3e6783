/** The gateway of the product with parts of it left out, for the bench alone: the same door, limits, server and reader, but
 *  either nothing that decides access (every field of every row is shown, under the database's owner, whom no row-level
 *  security binds, and nothing is noted), or only no entries in the audit trail. */
import { openPolicyInForce, type Audit, type Plan } from '../../src/access/index.js';
import { openIssuer } from '../../src/auth/index.js';
import { limitsOf } from '../../src/cli/limits.js';
import { hubSchema, hubShapes } from '../../src/cli/shapes.js';
import { openStreams } from '../../src/cli/streams.js';
import { openDirectory } from '../../src/directory/index.js';
import { createApollo, type OperationContext } from '../../src/graphql/index.js';
import { createApp, keepLimits, listen, openDoor, type Admitted } from '../../src/http/index.js';
import { silentLog as log, type Shape } from '../../src/kernel/index.js';
import { createReader, openReaders } from '../../src/read/index.js';
import { openPool } from '../../src/store/index.js';

export interface OpenOrder {
  readonly serve: 'open';
  /** As whom rows are read. */
  readonly url: string;
  readonly gatewayUrl: string;
  readonly dataDir: string;
  readonly leaves: 'access' | 'audit';
}

const noAudit: Audit = { record: () => Promise.resolve(), close: () => Promise.resolve() };
const openPlan = (plan: Plan): Plan => ({ ...plan, decide: () => ({ may: 'always' }), may: () => true, hidden: 0, masked: 0 });
/** Owes no entry, and is bound by nobody's consent. */
const untold = ({ touches: _, consents: _of, consentsAlone: _alone, ...shape }: Shape): Shape => shape;
const noActs: Pick<OperationContext, 'acts' | 'grants' | 'privacy' | 'agreements'> = new Proxy({} as never, { get: () => undefined });

export async function serveOpen({ url, gatewayUrl, dataDir, leaves }: OpenOrder): Promise<string> {
  const isOpen = leaves === 'access';
  const schema = hubSchema();
  const pool = openPool(gatewayUrl, { max: 2, name: 'bench-open' });
  const policy = await openPolicyInForce(pool, { shapes: hubShapes });
  const issuer = await openIssuer(dataDir);
  const { gate, rateLimit, mostBytes } = limitsOf({}, { schema, development: true });
  const reader = createReader(isOpen ? hubShapes.map(untold) : hubShapes, openReaders(url, { connections: 2, log }));
  const apollo = createApollo({ schema, audit: noAudit, log, development: true });
  await apollo.start();
  const admit = openDoor({ tokens: issuer.rules, policy: policy.current, findRows: openDirectory(pool).viewerRows, audit: noAudit });
  const admitOpen = async (...asked: Parameters<typeof admit>): Promise<Admitted> => {
    const admitted = await admit(...asked);
    return isOpen ? { ...admitted, plan: openPlan(admitted.plan) } : admitted;
  };
  const { streams } = await openStreams(gatewayUrl, { schema, audit: noAudit, log, pool, limits: { perViewer: 1, perProcess: 1 } });
  const app = createApp({
    apollo,
    admit: Object.assign(admitOpen, { forget: () => admit.forget() }),
    limits: keepLimits({ ...gate, ...rateLimit, audit: noAudit }),
    mostBytes,
    equip: () => ({ ...noActs, reader }),
    streams,
    healthy: () => Promise.resolve(),
    log,
  });
  const { url: address } = await listen(app, { host: '127.0.0.1', port: 0 });
  return `${address}/graphql`;
}
