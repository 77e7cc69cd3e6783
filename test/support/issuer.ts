/** An issuer of a hospital, for real: oidc-provider on a port of this machine. People sign in by the authorization code flow
 *  with PKCE, programs by client credentials; access tokens are JWTs for the hub. Its keys can be changed, and it can be
 *  taken away and brought back. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Adapter, type AdapterPayload, type Configuration } from 'oidc-provider';

export interface Person {
  readonly sub: string;
  /** What the issuer's access tokens say of them, beside `sub`. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface TestIssuer {
  readonly url: string;
  /** An access token for somebody who signs in as `sub`. */
  signIn(sub: string): Promise<string>;
  /** An access token for a program itself. */
  clientToken(id?: string): Promise<string>;
  /** Signs with a new key from now on; the old ones stay in the list unless they are dropped. */
  newKey(options?: { readonly dropOld: boolean }): Promise<void>;
  /** Requests for its keys so far. */
  askedForKeys(): number;
  /** Answers nothing until it is brought back. */
  away(isAway: boolean): void;
  close(): Promise<void>;
}

export const hubAudience = 'https://hub.example.org';
const secret = 'a-secret-of-the-test';
const callback = 'https://screens.example.org/callback';

export async function startIssuer(people: readonly Person[], programs: readonly string[] = ['dashboard']): Promise<TestIssuer> {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => void response.end();
  let isAway = false;
  let keysAsked = 0;
  let keys: JWK[] = [await signingKey()];
  const server = createServer((request, response) => {
    if (isAway) return void request.socket.destroy();
    if (request.url === '/jwks') keysAsked += 1;
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const memory = new Map<string, AdapterPayload>();
  const open = (): void => {
    const provider = new Provider(url, { ...configuration(people, programs, keys), adapter: (kind) => adapterIn(memory, kind) });
    const handle = provider.callback();
    answer = (request, response) => {
      if (request.url?.startsWith('/sign-in/'))
        signInAs(provider, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
      else void handle(request, response);
    };
  };
  open();

  return {
    url,
    signIn: (sub) => authorizationCode(url, sub),
    clientToken: async (id = 'dashboard') =>
      tokenFrom(url, { grant_type: 'client_credentials', resource: hubAudience }, { authorization: basic(id) }),
    async newKey({ dropOld } = { dropOld: false }) {
      keys = [await signingKey(), ...(dropOld ? [] : keys)];
      open();
    },
    askedForKeys: () => keysAsked,
    away: (from) => void (isAway = from),
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Sessions and codes outlive a change of keys. */
function adapterIn(memory: Map<string, AdapterPayload>, kind: string): Adapter {
  const at = (id: string): string => `${kind}:${id}`;
  const where = (is: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
    Promise.resolve([...memory].find(([key, payload]) => key.startsWith(`${kind}:`) && is(payload))?.[1]);
  return {
    upsert: async (id, payload) => void memory.set(at(id), payload),
    find: (id) => Promise.resolve(memory.get(at(id))),
    findByUid: (uid) => where((payload) => payload.uid === uid),
    findByUserCode: (code) => where((payload) => payload.userCode === code),
    consume: async (id) => void Object.assign(memory.get(at(id)) ?? {}, { consumed: Date.now() / 1000 }),
    destroy: async (id) => void memory.delete(at(id)),
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of memory) if (payload.grantId === grantId) memory.delete(key);
    },
  };
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: randomBytes(6).toString('hex') };
}

function configuration(people: readonly Person[], programs: readonly string[], keys: JWK[]): Configuration {
  const find = (sub: string | undefined): Person | undefined => people.find((known) => known.sub === sub);
  return {
    jwks: { keys: keys },
    cookies: { keys: ['a-cookie-key-of-the-test'] },
    clients: [
      {
        client_id: 'screens',
        token_endpoint_auth_method: 'none',
        redirect_uris: [callback],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
      ...programs.map((id) => ({
        client_id: id,
        client_secret: secret,
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      })),
    ],
    findAccount: (_ctx, sub) => (find(sub) ? { accountId: sub, claims: () => ({ sub }) } : undefined),
    extraTokenClaims: (_ctx, token) => ('accountId' in token ? { ...find(token.accountId)?.claims } : {}),
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    ttl: { Session: 600, Interaction: 600, Grant: 600, AuthorizationCode: 60, AccessToken: 600, ClientCredentials: 600, IdToken: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => hubAudience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'hub',
          audience: hubAudience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // Whoever signs in here has agreed to the one thing that is asked.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? '',
        accountId: ctx.oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid');
      grant.addResourceScope(hubAudience, 'hub');
      await grant.save();
      return grant;
    },
  };
}

/** The page where people say who they are; here their name stands in the request. */
async function signInAs(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  await provider.interactionFinished(request, response, { login: { accountId: String(params['login_hint']) } });
}

async function authorizationCode(url: string, sub: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    client_id: 'screens',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid hub',
    resource: hubAudience,
    login_hint: sub,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const cookies = new Map<string, string>();
  let next = `${url}/auth?${asked.toString()}`;
  for (let step = 0; !next.startsWith(callback); step += 1) {
    if (step === 10) throw new Error(`the issuer goes round in circles: ${next}`);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (!location) throw new Error(`the issuer answered ${answer.status}: ${await answer.text()}`);
    next = new URL(location, url).href;
  }
  const code = new URL(next).searchParams.get('code');
  if (!code) throw new Error(`the issuer refused: ${next}`);
  return tokenFrom(url, {
    grant_type: 'authorization_code',
    client_id: 'screens',
    redirect_uri: callback,
    code,
    code_verifier: verifier,
    resource: hubAudience,
  });
}

async function tokenFrom(url: string, body: Record<string, string>, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${url}/token`, { method: 'POST', headers, body: new URLSearchParams(body) });
  const said = (await answer.json()) as { access_token?: string };
  if (!said.access_token) throw new Error(`the issuer gave no token: ${JSON.stringify(said)}`);
  return said.access_token;
}

const basic = (id: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
