/** PatientContext and Worklist through the whole gateway (token, plan, row-level security, audit) against the hand-written
 *  baseline, in one run on one machine: only the ratio means anything. Both sides must answer the same before it counts. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/kernel/index.js';
import { buildHospital, type Hospital } from './hospital.js';
import { load, send, type Load, type Target } from './load.js';
import { countStatements } from './statements.js';
import type { Order } from './serve.js';

const rounds = 3;
const seconds = 4;
const document = (name: string): string => readFileSync(join(packageRoot, 'schema/operations', `${name}.graphql`), 'utf8');

export async function benchRead(say: (line: string) => void, patients = 1_000): Promise<void> {
  const hospital = await buildHospital({ patients, cases: patients / 2, say });
  const servers: ChildProcess[] = [];
  try {
    await countStatements(hospital, say);
    const hub = await serve(servers, {
      serve: 'hub',
      gatewayUrl: hospital.gatewayUrl,
      dataDir: hospital.dataDir,
    });
    const baseline = await serve(servers, { serve: 'baseline', url: hospital.ownerUrl });
    for (const name of ['patient-context', 'worklist'] as const) {
      const sides = { hub: hubTarget(hospital, hub, name), baseline: baselineTarget(hospital, baseline, name) };
      await expectSameAnswers(sides, name === 'worklist' ? 1 : 50);
      for (const clients of [1, 8]) report(say, { name, clients }, await compare(sides, clients));
    }
  } finally {
    await Promise.all(servers.map(ended));
    await hospital.stop();
  }
}

async function serve(servers: ChildProcess[], order: Order): Promise<string> {
  const child = fork(fileURLToPath(new URL('./serve.js', import.meta.url)));
  servers.push(child);
  child.send(order);
  return new Promise((done, failed) => {
    child.once('message', (said: { url: string }) => done(said.url));
    child.once('exit', () => failed(new Error(`the ${order.serve} server ended`)));
  });
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((done) => {
    server.once('exit', () => done());
    server.disconnect();
  });
}

function hubTarget({ token, caseUids }: Hospital, url: string, name: 'patient-context' | 'worklist'): Target {
  const query = document(name);
  return {
    url,
    headers: { authorization: `Bearer ${token}` },
    body: (turn) => JSON.stringify({ query, variables: name === 'worklist' ? {} : { caseId: `case_${caseUids[turn % caseUids.length]}` } }),
  };
}

function baselineTarget({ caseUids }: Hospital, url: string, name: 'patient-context' | 'worklist'): Target {
  return { url, headers: {}, body: (turn) => JSON.stringify(name === 'worklist' ? {} : { caseUid: caseUids[turn % caseUids.length] }) };
}

async function expectSameAnswers({ hub, baseline }: { hub: Target; baseline: Target }, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const [ours, theirs] = await Promise.all([send(hub, { turn }), send(baseline, { turn })]);
    const [a, b] = [sorted(JSON.parse(ours)), sorted(JSON.parse(theirs))].map((value) => JSON.stringify(value));
    if (a === b) continue;
    const at = [...(a ?? '')].findIndex((letter, index) => letter !== b?.[index]);
    throw new Error(
      `expected both sides to answer the same, found at ${at}:\nhub      ...${a?.slice(Math.max(0, at - 120), at + 160)}\nbaseline ...${b?.slice(Math.max(0, at - 120), at + 160)}`,
    );
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}

interface Compared {
  readonly hub: Load;
  readonly baseline: Load;
  readonly ratio: number;
}

/** Sides take turns, so that what else the machine does meets both; the middle ratio of the rounds is the figure. */
async function compare({ hub, baseline }: { hub: Target; baseline: Target }, clients: number): Promise<Compared> {
  await load(hub, { clients, seconds: 2 });
  await load(baseline, { clients, seconds: 2 });
  const compared: Compared[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await load(baseline, { clients, seconds });
    const ours = await load(hub, { clients, seconds });
    compared.push({ hub: ours, baseline: theirs, ratio: ours.requestsPerSecond / theirs.requestsPerSecond });
  }
  compared.sort((a, b) => a.ratio - b.ratio);
  const middle = compared[Math.floor(compared.length / 2)];
  if (!middle) throw new Error('no round was run');
  return middle;
}

function report(say: (line: string) => void, of: { name: string; clients: number }, { hub, baseline, ratio }: Compared): void {
  const figures = ({ requestsPerSecond, p50, p95 }: Load): string =>
    `${requestsPerSecond.toFixed(0)} req/s, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
  say(
    `${of.name} at ${of.clients} client${of.clients === 1 ? '' : 's'}: ${ratio.toFixed(2)} of the baseline (hub ${figures(hub)}; baseline ${figures(baseline)})`,
  );
}
