/** The gateway behind a real socket: door, limits, Apollo, audit; everything but the acts on cases, which have tests of their own. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grantActs, openAudit, type Audit } from '../../src/access/index.js';
import { openIssuer, type DevelopmentIssuer, type TokenRequest, type TokenRules } from '../../src/auth/index.js';
import { limitsOf } from '../../src/cli/limits.js';
import type { HubSettings } from '../../src/cli/hub-settings.js';
import { openStreams } from '../../src/cli/streams.js';
import { openDirectory } from '../../src/directory/index.js';
import { createApollo } from '../../src/graphql/index.js';
import { createApp, keepLimits, listen, openDoor, rememberedForMs, type StreamLimits } from '../../src/http/index.js';
import { createLog, toWireId, type Clock } from '../../src/kernel/index.js';
import { createReader, openReaders, type Readers } from '../../src/read/index.js';
import { listenTo, openPool, openTokenUse } from '../../src/store/index.js';
import { hubSchema, noActs, noAgreements, noPrivacyActs, shapes, testPolicy } from './gateway.js';
import type { TestDatabase } from './services.js';

export interface HttpGateway {
  readonly url: string;
  readonly issuer: DevelopmentIssuer;
  /** @param request.givenAt as if it had been given then */
  token(request: Partial<TokenRequest> & { readonly userUid: string; readonly givenAt?: Date }): Promise<string>;
  /** What another gateway needs to believe the same tokens. */
  readonly tokens: TokenRules;
  /** POSTs as JSON; `body` replaces the usual one. */
  post(
    token: string | null,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; text: string; json: GraphQLBody }>;
  /** The log so far. */
  logged(): string;
  close(): Promise<void>;
}
export interface GraphQLBody {
  readonly data?: unknown;
  readonly extensions?: Record<string, unknown>;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Record<string, unknown>;
    readonly locations?: unknown;
    readonly path?: unknown;
  }[];
}

export interface HttpGatewayOptions {
  readonly development?: boolean;
  readonly audit?: Audit;
  /** Of the door, the directory and what is verified of a token. */
  readonly clock?: Clock;
  readonly limits?: HubSettings['limits'];
  /** Another issuer's, in place of the development issuer. */
  readonly tokens?: TokenRules;
  readonly idleMs?: number;
  /** Of users who are never logged off for resting. */
  readonly neverIdle?: readonly string[];
  readonly streams?: StreamLimits;
  /** How often a silent stream asks whether its viewer is still welcome. */
  readonly lookAgainMs?: number;
  /** For a test that watches or breaks what is sent to the database. */
  readonly alter?: (flight: Parameters<Readers['fly']>[0]) => Parameters<Readers['fly']>[0];
  /** Another gateway of the same hub: its tokens are good here. */
  readonly beside?: HttpGateway;
}

export async function openHttpGateway(database: TestDatabase, options: HttpGatewayOptions = {}): Promise<HttpGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-http-'));
  const logFile = join(folder, 'log');
  const log = createLog('test', 'debug', logFile);
  const issuer = options.beside?.issuer ?? (await openIssuer(folder));
  const pool = openPool(database.gatewayUrl, { max: 2, name: 'test-gateway' });
  const readers = openReaders(database.gatewayUrl, { connections: 2, log });
  const audit = options.audit ?? openAudit(database.gatewayUrl, { log });
  const { alter = (flight) => flight } = options;
  const altered = (flight: Parameters<Readers['fly']>[0]): Parameters<Readers['fly']>[0] => {
    const sent = alter(flight);
    // A statement has one text under one name.
    return { ...sent, name: sent.text === flight.text ? flight.name : '' };
  };
  const reader = createReader(shapes, { ...readers, fly: (flight) => readers.fly(altered(flight)) });
  const { development = true, neverIdle = [] } = options;
  const own = options.clock ? { clock: options.clock } : {};
  const { gate, rateLimit, mostBytes } = limitsOf(
    { trustedDocumentsOnly: false, ...options.limits },
    { schema: hubSchema, development, ...own },
  );
  const apollo = createApollo({ schema: hubSchema, audit, log, development });
  await apollo.start();
  const directory = openDirectory(pool, options.clock);
  let hears = (): boolean => false;
  const admit = openDoor({
    tokens: options.tokens ?? { ...issuer.rules, ...own },
    policy: () => ({ policy: testPolicy, generation: 1 }),
    findRows: directory.viewerRows,
    audit,
    hearsOfChanges: () => hears(),
    ...(options.idleMs === undefined
      ? {}
      : {
          resting: {
            noteUse: openTokenUse(pool, { idleMs: options.idleMs, notedEveryMs: rememberedForMs }).noteUse,
            isExempt: ({ userUuid }) => neverIdle.includes(userUuid),
          },
        }),
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const forget = (): void => {
    directory.forget();
    admit.forget();
  };
  const changes = await listenTo(database.gatewayUrl, { channel: 'hub_directory', heard: forget, log });
  hears = changes.hears;
  const hearing = await openStreams(database.gatewayUrl, {
    schema: hubSchema,
    audit,
    log,
    pool,
    limits: options.streams ?? { perViewer: 10, perProcess: 100 },
    ...(options.lookAgainMs === undefined ? {} : { lookAgainMs: options.lookAgainMs }),
  });
  const app = createApp({
    apollo,
    streams: hearing.streams,
    admit,
    limits: keepLimits({ ...gate, ...rateLimit, audit, ...own }),
    mostBytes,
    equip: ({ plan, rows, viewer }, requestId) => ({
      reader,
      acts: noActs,
      agreements: noAgreements,
      grants: grantActs({ pool, plan, viewer: rows, told: { actor: viewer, requestId } }),
      privacy: noPrivacyActs,
    }),
    healthy: async () => void (await pool.query('select 1')),
    log,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const url = `${server.url}/graphql`;
  return {
    url,
    issuer,
    tokens: options.tokens ?? issuer.rules,
    token: async ({ userUid, givenAt, ...request }) =>
      (givenAt ? await openIssuer(folder, { clock: { now: () => givenAt } }) : issuer).issueToken({
        role: 'ADVOCATE',
        purpose: 'HOPERAT',
        departments: [],
        facility: null,
        minutes: 10,
        userId: toWireId('usr', userUid),
        ...request,
      }),
    async post(token, body, headers = {}) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, text, json: (text.startsWith('{') ? JSON.parse(text) : {}) as GraphQLBody };
    },
    logged: () => readFileSync(logFile, 'utf8'),
    async close() {
      await hearing.close();
      await server.close();
      await changes.close();
      await apollo.stop();
      await readers.close();
      await audit.close();
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
