/** Whose tokens a hub may believe in production, and which programs the policy lets in. */
import { describe, expect, it } from '@jest/globals';
import { standardClaims } from '../../src/auth/index.js';
import { expectIssuer, machinesOf, neverIdle } from '../../src/cli/issuer.js';
import { machineUuid } from '../../src/directory/index.js';
import { testPolicy } from '../support/gateway.js';

const issuer = (address: string, more: object = {}) =>
  ({ kind: 'issuer', issuer: address, audience: 'hub', claims: standardClaims, keys: { kind: 'discovery' }, ...more }) as const;
const client = (more: object) => ({
  id: 'dashboard',
  subject: 'dashboard',
  role: 'ANALYST',
  purpose: 'HQUALIMP',
  idleLogoff: false,
  ...more,
});

describe('in production', () => {
  it.each([
    ['https://id.example.org', {}],
    ['http://127.0.0.1:8080', {}],
    ['http://localhost/realms/hub', {}],
    ['urn:hospital', { keys: { kind: 'set', jwks: { keys: [] } } }],
    ['urn:hospital', { keys: { kind: 'url', url: 'https://id.example.org/keys' } }],
  ])('an issuer at %s %j is taken', (address, more) => {
    expect(() => expectIssuer({ auth: issuer(address, more), production: true })).not.toThrow();
  });

  it.each([
    ['http://id.example.org', {}, 'auth.issuer'],
    ['http://localhost.example.org', {}, 'auth.issuer'],
    ['http://127.0.0.1.example.org', {}, 'auth.issuer'],
    ['https://id.example.org', { keys: { kind: 'url', url: 'http://id.example.org/keys' } }, 'auth.jwksUrl'],
  ])('an issuer at %s %j is not: its keys would come in the clear', (address, more, name) => {
    expect(() => expectIssuer({ auth: issuer(address, more), production: true })).toThrow(
      `${name}: expected an https address in production`,
    );
    expect(() => expectIssuer({ auth: issuer(address, more), production: false })).not.toThrow();
  });
});

describe('programs that sign in as themselves', () => {
  it('have roles and purposes of the policy, or stop the start', () => {
    const auth = issuer('https://id.example.org', {
      clients: [client({}), client({ id: 'b', role: 'CLERK' }), client({ id: 'c', purpose: 'TREAT' })],
    });
    expect(() => machinesOf(auth, testPolicy)).toThrow(
      [
        `auth.clients[1].role: expected ${[...testPolicy.roles.keys()].join(' | ')}, found another`,
        'auth.clients[2].purpose: expected HQUALIMP, found another',
      ].join('\n'),
    );
    expect(machinesOf(issuer('https://id.example.org', { clients: [client({})] }), testPolicy)).toMatchObject([
      { name: 'dashboard', machine: true },
    ]);
  });

  it('are not logged off for resting, but where it is said', () => {
    const auth = issuer('https://id.example.org', { clients: [client({}), client({ id: 'report', idleLogoff: true })] });
    expect([...neverIdle(auth)]).toEqual([machineUuid('dashboard')]);
    expect([...neverIdle({ kind: 'development', claims: standardClaims })]).toEqual([]);
  });
});
