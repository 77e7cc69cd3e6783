/** fhir-kit-client, with its wire replaced: the client itself parses an answer and drops the text, but the hub keeps
 *  each resource as it was sent, decimals' digits included. Searches, paging and addresses stay the client's. */
import { Buffer } from 'node:buffer';
import { Client, type FhirResource } from 'fhir-kit-client';
import { HubError } from '../../kernel/index.js';
import type { FhirAuth, FhirSettings } from '../settings.js';
import { get, type Answer, type Transport } from './transport.js';

export interface FhirClient {
  search(type: string, params: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer>;
  next(url: string, signal?: AbortSignal): Promise<Answer>;
}

const defaults = { timeoutMs: 30_000, retries: 3 };

function authorization(auth: FhirAuth): Record<string, string> {
  switch (auth.kind) {
    case 'none':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` };
  }
}

function addressAtHome(url: string, home: string): string | null {
  const base = new URL(home.endsWith('/') ? home : `${home}/`);
  const target = URL.canParse(url, base.href) ? new URL(url, base) : null;
  return target?.origin === base.origin ? target.href : null;
}
export const isAtHome = (url: string, home: string): boolean => addressAtHome(url, home) !== null;

/** A next link must stay with the server that we are signed in to: our token must not go where an answer points. */
function atHome(url: string, { name, url: home }: FhirSettings): string {
  const address = addressAtHome(url, home);
  if (address !== null) return address;
  throw new HubError(
    'SOURCE_ANSWER_UNREADABLE',
    `Source ${name} points to its next page on another server than sources[].url. Set url to the address that the server itself uses.`,
  );
}

export function openClient(settings: FhirSettings): FhirClient {
  const transport: Transport = {
    source: settings.name,
    headers: { accept: 'application/fhir+json', ...authorization(settings.auth) },
    timeoutMs: settings.timeoutMs ?? defaults.timeoutMs,
    retries: settings.retries ?? defaults.retries,
  };
  const answers = new WeakMap<FhirResource, Answer>();
  const client = new Client({ baseUrl: settings.url.replace(/\/+$/, '') });
  client.httpClient.request = async (_method, url, options) => {
    const signal = options?.signal instanceof AbortSignal ? options.signal : undefined;
    const answer = await get(client.httpClient.expandUrl(url), transport, signal);
    const stand: FhirResource = { resourceType: 'Bundle' };
    answers.set(stand, answer);
    return stand;
  };
  const answerTo = async (request: Promise<FhirResource> | undefined): Promise<Answer> => {
    const stand = await request;
    const answer = stand ? answers.get(stand) : undefined;
    if (answer === undefined) throw new HubError('INTERNAL', 'The FHIR client asked for nothing.');
    return answer;
  };
  const withSignal = (signal?: AbortSignal) => (signal ? { options: { signal } } : {});
  return {
    search: (type, params, signal) => answerTo(client.search({ resourceType: type, searchParams: { ...params }, ...withSignal(signal) })),
    next: (url, signal) =>
      answerTo(
        client.nextPage({
          bundle: { resourceType: 'Bundle', link: [{ relation: 'next', url: atHome(url, settings) }] },
          ...withSignal(signal),
        }),
      ),
  };
}
