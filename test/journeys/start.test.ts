/** `hub up` as a person meets it: what it says, what it keeps, what it leaves behind, and what it says where it cannot start. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { at, listAt, textAt } from '../support/answers.js';
import { ask, builtHub, descendants, endHubs, ownFolder, runHub, startHub, stillRunning, type RunningHub } from '../support/hub.js';

const roles = ['ADVOCATE', 'MANAGER', 'RESPONDER', 'BILLING_SPECIALIST', 'ANALYST', 'INTEGRATION_ENGINEER', 'PRIVACY_OFFICER'];

const folders: (() => Promise<void>)[] = [];
async function folder(): Promise<string> {
  const { path, remove } = await ownFolder();
  folders.push(remove);
  return path;
}

beforeAll(builtHub, 300_000);
afterAll(async () => {
  await endHubs();
  for (const remove of folders) await remove();
}, 60_000);

describe('hub up --demo', () => {
  let data: string;
  let hub: RunningHub;
  const demo = (): string[] => ['--demo', '--people', '30', '--data', data];

  beforeAll(async () => {
    data = join(await folder(), 'data');
    hub = await startHub(demo());
  }, 180_000);

  it('ends what it says with a token for each role and a ready line', () => {
    const lines = hub.stdout().trimEnd().split('\n');
    expect(Object.keys(hub.tokens)).toEqual(roles);
    expect(lines.at(-1)).toBe(`ready ${JSON.stringify({ graphql: hub.graphql, web: hub.web })}`);
    expect(hub.graphql).toBe(`${hub.web}/graphql`);
  });

  it('has 25 open cases of its advocate, each about a patient whose records of several sources are joined', async () => {
    const { body } = await ask(hub, hub.tokens['ADVOCATE'] ?? '', { document: 'worklist.graphql', variables: { first: 50 } });
    expect(at(body, 'errors')).toBeUndefined();
    expect(at(body, 'cases.totalCount')).toBe(25);
    for (const each of listAt(body, 'cases.nodes')) {
      expect(at(each, 'assignedTo.name')).toBe('Zz-Ada Zz-Linden');
      expect(listAt(each, 'patient.records').length).toBeGreaterThan(1);
    }
  });

  it('answers every question of the advocate about one of them', async () => {
    const token = hub.tokens['ADVOCATE'] ?? '';
    const [first] = listAt((await ask(hub, token, { document: 'worklist.graphql' })).body, 'cases.nodes');
    const patientId = textAt(first, 'patient.id');
    const context = await ask(hub, token, { document: 'patient-context.graphql', variables: { caseId: textAt(first, 'id') } });
    expect(at(context.body, 'errors')).toBeUndefined();
    expect(listAt(context.body, 'case.patient.encounters.nodes').length).toBeGreaterThan(0);
    const timeline = await ask(hub, token, { document: 'timeline.graphql', variables: { id: patientId } });
    expect(listAt(timeline.body, 'patient.timeline.nodes').map((entry) => at(entry, 'kind'))).toContain('CASE_OPENED');
    const search = { name: textAt(first, 'patient.name') };
    const found = await ask(hub, token, { document: 'find-patient.graphql', variables: { search } });
    expect(listAt(found.body, 'patients.nodes').map((patient) => at(patient, 'id'))).toContain(patientId);
    const input = { channel: 'PHONE', summary: 'Zz-Asks for a copy of the bill', patientId, issues: [{ category: 'BILLING' }] };
    const opened = await ask(hub, token, { document: 'open-case.graphql', variables: { input } });
    expect(at(opened.body, 'openCase.case.assignedTo.id')).toBe(at(first, 'assignedTo.id'));
  });

  it('shows its three sources, read to the end, to the integration engineer', async () => {
    const { body } = await ask(hub, hub.tokens['INTEGRATION_ENGINEER'] ?? '', { document: 'sources.graphql' });
    expect(listAt(body, 'sources').map((source) => [at(source, 'name'), at(source, 'freshness')])).toEqual([
      ['billing', 'FRESH'],
      ['ehr', 'FRESH'],
      ['scheduling', 'FRESH'],
    ]);
  });

  it('refuses a role that the policy does not know', async () => {
    const { stdout } = await runHub(['token', '--role', 'NOBODY', '--purpose', 'HOPERAT', '--data', data]);
    const { status } = await ask(hub, stdout.trimEnd().split('\n').at(-1) ?? '', { document: 'worklist.graphql' });
    expect(status).toBe(403);
  });

  it('lets no second hub into its folder, and goes on answering', async () => {
    const second = await runHub(['up', '--port', '0', '--data', data]);
    expect(second.code).toBe(1);
    expect(second.stderr).toBe(`Another hub (process ${hub.pid}) is using ${data}. Stop it, or choose another folder with --data.\n`);
    expect((await fetch(`${hub.web}/health/ready`)).status).toBe(200);
  }, 30_000);

  it('takes commands beside it: sources are listed and read again, and all is unchanged', async () => {
    const list = await runHub(['source', 'list', '--data', data]);
    expect(list.stdout).toMatch(/^name +kind +read +supplies\nbilling +fhir +every 300 s/);
    const sync = await runHub(['source', 'sync', 'billing', '--full', '--data', data]);
    expect(sync.stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^billing: read \d{3,}, created 0, updated 0, unchanged \d{3,}, deleted 0, not taken 0, set aside 0[.]$/,
    );
    expect((await runHub(['source', 'status', '--data', data])).stdout).toMatch(/^billing +DONE /m);
    const unknown = await runHub(['source', 'sync', 'biling', '--data', data]);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      'Expected one of billing, ehr, scheduling, found another; the nearest is billing.\n',
    ]);
  }, 60_000);

  it('finds nothing wrong with a running hub, and says what is where none runs', async () => {
    const well = await runHub(['doctor', '--port', new URL(hub.web).port, '--data', data]);
    expect([well.code, well.stdout.split('\n').filter((line) => line.startsWith('wrong'))]).toEqual([0, []]);
    const nowhere = await runHub(['doctor', '--port', '0', '--data', join(data, 'nothing')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, '5 of 8 are not as they should be.\n']);
  }, 30_000);

  it('moves the business clock of the running hub', async () => {
    const moved = await runHub(['demo', 'advance', '3d', '--data', data]);
    const [, told = ''] = /^The business clock is at (\S+)[.]$/m.exec(moved.stdout) ?? [];
    const aheadMs = new Date(told).getTime() - new Date().getTime();
    expect(Math.round(aheadMs / 60_000)).toBe(3 * 24 * 60);
  }, 30_000);

  it('starts workers again that were killed', async () => {
    const [worker = NaN] = await workersOf(hub.pid);
    process.kill(worker, 'SIGKILL');
    expect(await stillRunning([worker])).toEqual([]);
    const sync = await runHub(['source', 'sync', 'ehr', '--data', data]);
    expect(sync.stdout).toMatch(/^ehr: read/m);
    expect(await workersOf(hub.pid)).not.toContain(worker);
  }, 60_000);

  it('leaves no process behind when it is killed, and heals at the next start with its data kept', async () => {
    const cases = await caseIds(hub);
    const below = await descendants(hub.pid);
    await hub.end('SIGKILL');
    expect(await stillRunning(below, 30_000)).toEqual([]);
    hub = await startHub(demo());
    expect(await caseIds(hub)).toEqual(cases);
  }, 120_000);

  it('stops all that it started when it is asked to, and says nothing of it in its data folder', async () => {
    const below = await descendants(hub.pid);
    expect(below.length).toBeGreaterThan(2);
    expect(await hub.end('SIGTERM')).toBe(0);
    expect(await stillRunning(below)).toEqual([]);
    expect(existsSync(join(data, 'running.json'))).toBe(false);
    const status = await runHub(['source', 'status', '--data', data]);
    expect(status.stderr).toBe(`No hub is running on ${data}. Start it with \`hub up --data ${data}\`, or name its folder with --data.\n`);
  }, 60_000);
});

async function workersOf(pid: number): Promise<number[]> {
  const below = await descendants(pid);
  const words = await Promise.all(below.map((each) => readFile(`/proc/${each}/cmdline`, 'utf8').catch(() => '')));
  return below.filter((_each, index) => words[index]?.includes('worker-process'));
}

async function caseIds(hub: RunningHub): Promise<string[]> {
  const { body } = await ask(hub, hub.tokens['ADVOCATE'] ?? '', { document: '{ cases(first: 100) { nodes { id } } }' });
  return listAt(body, 'cases.nodes')
    .map((each) => textAt(each, 'id'))
    .sort();
}

describe('hub up', () => {
  it('starts without sources and without a demo, and signs tokens when asked', async () => {
    const home = await folder();
    await writeFile(join(home, 'hub.yaml'), 'sources: []\n');
    const data = join(home, 'data');
    const hub = await startHub(['--config', join(home, 'hub.yaml'), '--data', data]);
    expect(hub.tokens).toEqual({});
    const { stdout } = await runHub(['token', '--role', 'ADVOCATE', '--data', data]);
    const { body } = await ask(hub, stdout.trimEnd().split('\n').at(-1) ?? '', { document: 'worklist.graphql' });
    expect(body).toEqual({
      data: { cases: { totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null }, withheld: [], nodes: [] } },
    });
    expect(await hub.end('SIGINT')).toBe(0);
  }, 120_000);

  it('names a port that another program has, and makes nothing', async () => {
    const data = join(await folder(), 'data');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await runHub(['up', '--port', String(port), '--data', data]);
    other.close();
    expect([code, stdout, stderr]).toEqual([1, '', `Port ${port} is taken by another program; choose another with --port.\n`]);
    expect(existsSync(data)).toBe(false);
  });

  it('refuses a demo beside sources, for the demo brings its own', async () => {
    const home = await folder();
    await writeFile(join(home, 'hub.yaml'), 'sources:\n  - { name: archive, kind: fhir-files, path: ./bundles }\n');
    const { code, stderr } = await runHub(['up', '--demo', '--config', join(home, 'hub.yaml'), '--data', join(home, 'data')]);
    expect([code, stderr]).toEqual([
      1,
      '--demo: expected settings without sources, because the demo brings its own, found archive. Start without --demo to read them.\n',
    ]);
    expect(existsSync(join(home, 'data'))).toBe(false);
  });

  it('names a data folder that cannot be written', async () => {
    const { code, stdout, stderr } = await runHub(['up', '--port', '0', '--data', '/proc/hub']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^The data folder \/proc\/hub cannot be written \(\w+\)[.] Choose another with --data, or change its owner[.]\n$/,
    );
  });

  it('names every mistake in hub.yaml at once, with its line', async () => {
    const home = await folder();
    await writeFile(
      join(home, 'hub.yaml'),
      'sources:\n  - { name: a, kind: fihr, url: http://127.0.0.1:1/fhir, supplies: [Patient] }\n  - { name: b, kind: fhir-files }\n',
    );
    const { code, stdout, stderr } = await runHub(['up', '--config', join(home, 'hub.yaml'), '--data', join(home, 'data')]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      "hub.yaml:2 sources[0].kind: expected fhir | fhir-files, found 'fihr'\nhub.yaml:3 sources[1].path: expected a path, found nothing\n",
    );
    expect(existsSync(join(home, 'data'))).toBe(false);
  });
});
