/** A FHIR server as small as the tests need: type search with paging, and the bad manners of real ones on demand. The
 *  resources are texts, so that what the hub keeps can be compared with what was sent. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Response } from 'express';

export interface Manners {
  /** `honours`: filters. `ignores`: gives everything, the self link without the filter. `warns`: gives everything and says so in an OperationOutcome. `refuses`: HTTP 400. */
  readonly lastUpdated?: 'honours' | 'ignores' | 'warns' | 'refuses';
  /** The server's own time, in Bundle.meta.lastUpdated. */
  readonly now?: string;
  /** Called before each answer; true means that it has answered. */
  readonly instead?: (asked: URL, response: Response) => boolean;
}

export interface FhirFake {
  readonly url: string;
  /** Paths and queries, in the order in which they were asked for. */
  readonly asked: string[];
  resources: readonly string[];
  manners: Manners;
  close(): Promise<void>;
}

const typeOf = (raw: string): string => /"resourceType"\s*:\s*"(\w+)"/.exec(raw)?.[1] ?? '';
const changedAt = (raw: string): string => /"lastUpdated"\s*:\s*"([^"]+)"/.exec(raw)?.[1] ?? '';

const warning = JSON.stringify({
  resource: {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'warning', code: 'not-supported', diagnostics: 'Unknown parameter _lastUpdated was ignored' }],
  },
  search: { mode: 'outcome' },
});

export async function serveFhir(resources: readonly string[], manners: Manners = {}): Promise<FhirFake> {
  const app = express();
  const asked: string[] = [];
  const fake = { resources, manners };
  app.get('/fhir/:type', (request, response) => {
    const url = new URL(request.originalUrl, `http://${request.headers.host}`);
    asked.push(`${url.pathname}${url.search}`);
    const { lastUpdated = 'honours', now = '2026-03-02T12:00:00Z', instead } = fake.manners;
    if (instead?.(url, response) === true) return;
    const filter = url.searchParams.get('_lastUpdated');
    if (filter !== null && lastUpdated === 'refuses') return void response.status(400).json({ resourceType: 'OperationOutcome' });
    const from = filter !== null && lastUpdated === 'honours' ? filter.replace(/^ge/, '') : '';
    const found = fake.resources.filter((raw) => typeOf(raw) === request.params.type && changedAt(raw) >= from);
    const size = Math.min(200, Number(url.searchParams.get('_count') ?? 50));
    const start = Number(url.searchParams.get('page') ?? 0);
    const self = new URL(url);
    if (lastUpdated === 'ignores') self.searchParams.delete('_lastUpdated');
    const next = new URL(url);
    next.searchParams.set('page', String(start + size));
    const links = [{ relation: 'self', url: self.href }, ...(start + size < found.length ? [{ relation: 'next', url: next.href }] : [])];
    const entries = found.slice(start, start + size).map((raw) => `{"resource":${raw},"search":{"mode":"match"}}`);
    if (filter !== null && lastUpdated === 'warns') entries.push(warning);
    response
      .type('application/fhir+json')
      .send(
        `{"resourceType":"Bundle","type":"searchset","meta":{"lastUpdated":"${now}"},"total":${found.length},"link":${JSON.stringify(links)},"entry":[${entries.join(',')}]}`,
      );
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
