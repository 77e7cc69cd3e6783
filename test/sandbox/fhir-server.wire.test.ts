/** The three systems over HTTP, as a hub meets them: pages, filters, refusals, changes, faults and a second start. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../src/kernel/index.js';
import { startSandbox, type Sandbox, type SandboxOptions, type SystemName } from '../../src/sandbox/index.js';
import { testDatabase } from '../support/services.js';

interface Answer {
  resourceType: string;
  total: number;
  meta: { lastUpdated: string };
  link: { relation: string; url: string }[];
  entry?: { fullUrl: string; resource: Found; search: { mode: string } }[];
  issue?: { severity: string; code: string; details: { coding: { code: string }[] } }[];
}
interface Found {
  resourceType: string;
  id: string;
  status?: string;
  meta: { versionId: string; lastUpdated: string };
  subject?: { reference: string };
  period?: { start: string; end?: string };
  identifier?: { system: string; value: string }[];
  issue?: NonNullable<Answer['issue']>;
}

const options: Omit<SandboxOptions, 'databaseUrl'> = { people: 40, seed: 42, today: '2026-11-20', log: silentLog };
let database: Awaited<ReturnType<typeof testDatabase>>;
let sandbox: Sandbox;

beforeAll(async () => {
  database = await testDatabase();
  sandbox = await startSandbox({ ...options, databaseUrl: database.url });
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
});

const urlOf = (system: SystemName): string => sandbox.systems.find(({ name }) => name === system)?.url ?? '';
const get = (system: SystemName, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${urlOf(system)}/${path}`, { headers });
const ask = async (system: SystemName, path: string): Promise<Answer> => (await (await get(system, path)).json()) as Answer;
const matches = (answer: Answer): Found[] =>
  (answer.entry ?? []).filter(({ search }) => search.mode === 'match').map(({ resource }) => resource);
const outcomes = (answer: Answer): string[] =>
  (answer.entry ?? [])
    .filter(({ search }) => search.mode === 'outcome')
    .flatMap(({ resource }) => (resource.issue ?? []).map(({ details }) => details.coding[0]?.code ?? ''));

async function walk(system: SystemName, path: string): Promise<Found[]> {
  const found: Found[] = [];
  let url: string | undefined = `${urlOf(system)}/${path}`;
  while (url) {
    const answer: Answer = (await (await fetch(url)).json()) as Answer;
    found.push(...matches(answer));
    url = answer.link.find(({ relation }) => relation === 'next')?.url;
  }
  return found;
}

describe('paging', () => {
  it('gives every resource of every type exactly once, oldest change first', async () => {
    for (const { name, supplies } of sandbox.systems) {
      for (const type of supplies) {
        const { total } = await ask(name, `${type}?_count=0`);
        const found = await walk(name, `${type}?_count=37`);
        expect([name, type, found.length]).toEqual([name, type, total]);
        expect(new Set(found.map(({ id }) => id)).size).toBe(total);
        const times = found.map(({ meta }) => meta.lastUpdated);
        expect(times).toEqual([...times].sort());
      }
    }
  });

  it('serves at most 250 a page', async () => {
    expect(matches(await ask('ehr', 'Encounter?_count=1000'))).toHaveLength(250);
  });

  it('keeps the filters of the search on every page', async () => {
    const [first] = matches(await ask('ehr', 'Encounter?_count=1'));
    const patient = first?.subject?.reference ?? '';
    const found = await walk('ehr', `Encounter?patient=${patient}&_count=2`);
    expect(found.length).toBeGreaterThan(2);
    expect(new Set(found.map(({ subject }) => subject?.reference))).toEqual(new Set([patient]));
  });

  it('shows a resource that changed meanwhile again at the end, and loses none', async () => {
    const before = await walk('billing', 'Coverage');
    const page = await ask('billing', 'Coverage?_count=10');
    const [changed] = matches(page);
    await sandbox.put('billing', { ...(changed as Found & { [key: string]: string }) });
    const next = page.link.find(({ relation }) => relation === 'next')?.url ?? '';
    const rest = await walk('billing', next.slice(urlOf('billing').length + 1));
    const ids = [...matches(page), ...rest].map(({ id }) => id);
    expect(new Set(ids).size).toBe(before.length);
    expect(ids.at(-1)).toBe(changed?.id);
  });

  it('refuses a link that it did not make', async () => {
    const response = await get('ehr', 'Patient?_cursor=torn');
    expect(response.status).toBe(400);
    expect(((await response.json()) as Answer).resourceType).toBe('OperationOutcome');
  });
});

describe('search', () => {
  it('by _lastUpdated gives what changed since, both ends of the range included as asked', async () => {
    const all = await walk('ehr', 'Encounter?_count=250');
    const middle = all[Math.floor(all.length / 2)]?.meta.lastUpdated ?? '';
    const since = await walk('ehr', `Encounter?_lastUpdated=ge${middle}&_count=250`);
    const after = await walk('ehr', `Encounter?_lastUpdated=gt${middle}&_count=250`);
    const until = await walk('ehr', `Encounter?_lastUpdated=lt${middle}&_count=250`);
    expect(since.length).toBe(all.filter(({ meta }) => meta.lastUpdated >= middle).length);
    expect(after.length).toBe(all.filter(({ meta }) => meta.lastUpdated > middle).length);
    expect(until.length + since.length).toBe(all.length);
  });

  it('by _lastUpdated does not filter in scheduling, and warns', async () => {
    const { total } = await ask('scheduling', 'Appointment?_count=0');
    const answer = await ask('scheduling', 'Appointment?_lastUpdated=ge2026-11-19&_count=5');
    expect(answer.total).toBe(total);
    expect(outcomes(answer)).toEqual(['59100']);
  });

  it('that finds nothing is no error; scheduling says so with a warning', async () => {
    const answer = await ask('scheduling', 'Appointment?_id=none');
    expect(answer.total).toBe(0);
    expect(outcomes(answer)).toEqual(['4101']);
    expect((await ask('ehr', 'Encounter?_id=none')).entry).toBeUndefined();
  });

  it('by identifier finds with and without its system', async () => {
    const [patient] = matches(await ask('ehr', 'Patient?_count=1'));
    const { system, value } = patient?.identifier?.[0] ?? { system: '', value: '' };
    for (const query of [`${system}|${value}`, value]) {
      expect(matches(await ask('ehr', `Patient?identifier=${encodeURIComponent(query)}`)).map(({ id }) => id)).toEqual([patient?.id]);
    }
    expect((await ask('ehr', `Patient?identifier=${encodeURIComponent(`urn:other|${value}`)}`)).total).toBe(0);
  });

  it('by status and date gives only those', async () => {
    const found = await walk('ehr', 'Encounter?status=finished&date=ge2026-01-01&date=lt2026-07-01');
    expect(found.length).toBeGreaterThan(0);
    for (const { status, period } of found) {
      expect(status).toBe('finished');
      expect(Date.parse(period?.start ?? '')).toBeLessThan(Date.parse('2026-07-01'));
      expect(Date.parse(period?.end ?? '')).toBeGreaterThanOrEqual(Date.parse('2026-01-01')); // a stay over New Year belongs
    }
  });

  it('by a form that is posted answers the same', async () => {
    const posted = await fetch(`${urlOf('ehr')}/Patient/_search`, { method: 'POST', body: new URLSearchParams('_count=3') });
    expect(matches((await posted.json()) as Answer)).toEqual(matches(await ask('ehr', 'Patient?_count=3')));
  });

  it('with an unknown parameter warns, or is refused where handling is strict', async () => {
    expect(outcomes(await ask('ehr', 'Patient?shoe-size=44&_count=1'))).toEqual(['59100']);
    const strict = await get('ehr', 'Patient?shoe-size=44', { Prefer: 'handling=strict' });
    expect(strict.status).toBe(400);
  });

  it("tells the server's own time, not earlier than the last change", async () => {
    const { lastUpdated } = await sandbox.put('ehr', { resourceType: 'Flag', id: 'flag-new', status: 'active' });
    expect((await ask('ehr', 'Flag?_count=1')).meta.lastUpdated >= lastUpdated).toBe(true);
  });
});

describe('reading one', () => {
  it('gives version and time in the headers, as FHIR JSON', async () => {
    const [patient] = matches(await ask('ehr', 'Patient?_count=1'));
    const response = await get('ehr', `Patient/${patient?.id}`);
    expect(response.headers.get('etag')).toBe(`W/"${patient?.meta.versionId}"`);
    expect(response.headers.get('content-type')).toMatch(/^application\/fhir\+json/);
    expect(await response.json()).toEqual(patient);
  });

  it.each([
    ['Patient/nobody', 404, 'not-found'],
    ['Spaceship', 404, 'not-supported'],
    ['Spaceship/1', 404, 'not-supported'],
    ['Patient?_count=many', 400, 'invalid'],
    ['Encounter?date=soon', 400, 'invalid'],
  ])('%s answers %i with an OperationOutcome', async (path, status, code) => {
    const response = await get('ehr', path);
    expect(response.status).toBe(status);
    expect(((await response.json()) as Answer).issue?.map((issue) => issue.code)).toEqual([code]);
  });

  it('says in its capability statement which types and parameters it has', async () => {
    const statement = (await (await get('scheduling', 'metadata')).json()) as {
      fhirVersion: string;
      rest: { resource: { type: string; searchParam: { name: string }[] }[] }[];
    };
    expect(statement.fhirVersion).toBe('4.0.1');
    const appointment = statement.rest[0]?.resource.find(({ type }) => type === 'Appointment');
    expect(appointment?.searchParam.map(({ name }) => name)).toEqual(['_id', 'identifier', 'status', 'date', 'patient', 'subject']);
  });
});

describe('change', () => {
  it('bumps the version and shows among what changed since', async () => {
    const {
      meta: { lastUpdated: before },
    } = await ask('ehr', 'Flag?_count=0');
    const first = await sandbox.put('ehr', { resourceType: 'Flag', id: 'flag-z', status: 'active' });
    const second = await sandbox.put('ehr', { resourceType: 'Flag', id: 'flag-z', status: 'inactive' });
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second.lastUpdated > first.lastUpdated).toBe(true);
    const changed = await walk('ehr', `Flag?_lastUpdated=ge${before}`);
    expect(changed.map(({ id, status, meta }) => [id, status, meta.versionId])).toEqual([['flag-z', 'inactive', '2']]);
  });

  it('by removal leaves searches and answers 410', async () => {
    await sandbox.put('ehr', { resourceType: 'Flag', id: 'flag-gone', status: 'active' });
    expect(await sandbox.remove('ehr', 'Flag', 'flag-gone')).toBe(true);
    expect((await get('ehr', 'Flag/flag-gone')).status).toBe(410);
    expect((await ask('ehr', 'Flag?_id=flag-gone')).total).toBe(0);
    expect(await sandbox.remove('ehr', 'Flag', 'flag-gone')).toBe(false);
  });
});

describe('faults on demand', () => {
  it('break one system and heal again', async () => {
    sandbox.setFault('billing', { kind: '500' });
    expect((await get('billing', 'Claim?_count=1')).status).toBe(500);
    sandbox.setFault('billing', { kind: '429', retryAfterSeconds: 7 });
    expect((await get('billing', 'Claim?_count=1')).headers.get('retry-after')).toBe('7');
    sandbox.setFault('billing', { kind: 'down' });
    await expect(get('billing', 'Claim?_count=1')).rejects.toThrow();
    expect((await get('ehr', 'Patient?_count=1')).status).toBe(200);
    sandbox.setFault('billing', null);
    expect((await get('billing', 'Claim?_count=1')).status).toBe(200);
  });
});

describe('a second start', () => {
  it('keeps what is loaded and changed, and the addresses', async () => {
    const urls = sandbox.systems.map(({ url }) => url);
    const stories = sandbox.stories(25);
    await sandbox.put('ehr', { resourceType: 'Flag', id: 'flag-kept', status: 'active' });
    await sandbox.stop();
    sandbox = await startSandbox({ ...options, databaseUrl: database.url, today: '2026-12-24' });
    expect(sandbox.systems.map(({ url }) => url)).toEqual(urls);
    expect(sandbox.today).toBe('2026-11-20');
    expect(sandbox.stories(25)).toEqual(stories);
    expect((await get('ehr', 'Flag/flag-kept')).status).toBe(200);
  });

  it('beside a running one takes other ports, or says that a port that was asked for is busy', async () => {
    const busy = Number(new URL(urlOf('ehr')).port);
    await expect(startSandbox({ ...options, databaseUrl: database.url, ports: { ehr: busy } })).rejects.toMatchObject({
      code: 'PORT_BUSY',
    });
    const second = await startSandbox({ ...options, databaseUrl: database.url });
    expect(second.systems.map(({ url }) => url)).not.toEqual(sandbox.systems.map(({ url }) => url));
    await second.stop();
  });
});
