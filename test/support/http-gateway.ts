/** The gateway behind a real socket: door, limits, Apollo, audit; everything but the acts on cases, which have tests of their own. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAudit, type Audit } from '../../src/access/index.js';
import { openIssuer, type TokenRequest } from '../../src/auth/index.js';
import { openDirectory } from '../../src/directory/index.js';
import { createApollo } from '../../src/graphql/index.js';
import { createApp, listen, openDoor } from '../../src/http/index.js';
import { createLog, toWireId, type Clock } from '../../src/kernel/index.js';
import { createReader, openReaders } from '../../src/read/index.js';
import { openPool } from '../../src/store/index.js';
import { hubSchema, noActs, noAgreements, shapes, testPolicy } from './gateway.js';
import type { TestDatabase } from './services.js';

export interface HttpGateway {
  readonly url: string;
  token(request: Partial<TokenRequest> & { readonly userUid: string }): Promise<string>;
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
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Record<string, unknown>;
    readonly locations?: unknown;
    readonly path?: unknown;
  }[];
}

export async function openHttpGateway(
  database: TestDatabase,
  options: { readonly development?: boolean; readonly audit?: Audit; readonly clock?: Clock } = {},
): Promise<HttpGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-http-'));
  const logFile = join(folder, 'log');
  const log = createLog('test', 'debug', logFile);
  const issuer = await openIssuer(folder);
  const pool = openPool(database.gatewayUrl, { max: 2, name: 'test-gateway' });
  const readers = openReaders(database.gatewayUrl, { connections: 2, log });
  const audit = options.audit ?? openAudit(database.gatewayUrl, { log });
  const reader = createReader(shapes, readers);
  const apollo = createApollo({ schema: hubSchema, audit, log, development: options.development ?? true });
  await apollo.start();
  const admit = openDoor({
    tokens: issuer.rules,
    policy: () => ({ policy: testPolicy, generation: 1 }),
    findRows: openDirectory(pool).viewerRows,
    audit,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const app = createApp({
    apollo,
    admit,
    equip: () => ({ reader, acts: noActs, agreements: noAgreements }),
    healthy: async () => void (await pool.query('select 1')),
    log,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const url = `${server.url}/graphql`;
  return {
    url,
    token: ({ userUid, ...request }) =>
      issuer.issueToken({
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
      await server.close();
      await apollo.stop();
      await readers.close();
      await audit.close();
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
