/** The sides of a comparison: servers in processes of their own, what they are asked, and that they answer the same. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/kernel/index.js';
import { cpuOf, cpuOfDatabase } from './cpu.js';
import type { Hospital } from './hospital.js';
import { load, send, type Load, type Target } from './load.js';
import type { Order } from './serve.js';

export type Screen = 'patient-context' | 'worklist';
const document = (name: string): string => readFileSync(join(packageRoot, 'schema/operations', `${name}.graphql`), 'utf8');

export interface Server {
  readonly url: string;
  readonly child: ChildProcess;
}
export interface Side {
  readonly target: Target;
  readonly pid: number;
}

export async function serve(servers: ChildProcess[], order: Order): Promise<Server> {
  const child = fork(fileURLToPath(new URL('./serve.js', import.meta.url)));
  servers.push(child);
  child.send(order);
  return new Promise((done, failed) => {
    child.once('message', (said: { url: string }) => done({ url: said.url, child }));
    child.once('exit', () => failed(new Error(`the ${order.serve} server ended`)));
  });
}

export function ended(server: ChildProcess): Promise<void> {
  return new Promise((done) => {
    server.once('exit', () => done());
    server.disconnect();
  });
}

export function hubSide({ token, caseUids }: Hospital, { url, child }: Server, name: Screen): Side {
  const query = document(name);
  return {
    pid: child.pid ?? 0,
    target: {
      url,
      headers: { authorization: `Bearer ${token}` },
      body: (turn) =>
        JSON.stringify({ query, variables: name === 'worklist' ? {} : { caseId: `case_${caseUids[turn % caseUids.length]}` } }),
    },
  };
}

export function baselineSide({ caseUids }: Hospital, { url, child }: Server, name: Screen): Side {
  const body = (turn: number) => JSON.stringify(name === 'worklist' ? {} : { caseUid: caseUids[turn % caseUids.length] });
  return { pid: child.pid ?? 0, target: { url, headers: {}, body } };
}

export async function expectSameAnswers({ hub, baseline }: { hub: Side; baseline: Side }, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const [ours, theirs] = await Promise.all([send(hub.target, { turn }), send(baseline.target, { turn })]);
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

export interface Measured extends Load {
  /** CPU time of a request: of the server, and of the database's processes together. */
  readonly serverMs: number;
  readonly databaseMs: number;
}
export interface Compared {
  readonly hub: Measured;
  readonly baseline: Measured;
  readonly ratio: number;
}

const rounds = 5;
const seconds = 4;

/** Sides take turns, so that what else the machine does meets both; the middle ratio of the rounds is the figure. */
export async function compare(
  { dataDir }: Pick<Hospital, 'dataDir'>,
  { hub, baseline }: { readonly hub: Side; readonly baseline: Side },
  clients: number,
): Promise<Compared> {
  const measure = async ({ target, pid }: Side): Promise<Measured> => {
    const before = [cpuOf(pid), cpuOfDatabase(dataDir)] as const;
    const told = await load(target, { clients, seconds });
    const requests = told.requestsPerSecond * seconds;
    return { ...told, serverMs: (cpuOf(pid) - before[0]) / requests, databaseMs: (cpuOfDatabase(dataDir) - before[1]) / requests };
  };
  await load(hub.target, { clients, seconds: 2 });
  await load(baseline.target, { clients, seconds: 2 });
  const compared: Compared[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await measure(baseline);
    const ours = await measure(hub);
    compared.push({ hub: ours, baseline: theirs, ratio: ours.requestsPerSecond / theirs.requestsPerSecond });
  }
  compared.sort((a, b) => a.ratio - b.ratio);
  const middle = compared[Math.floor(compared.length / 2)];
  if (!middle) throw new Error('no round was run');
  return middle;
}

export const figures = ({ requestsPerSecond, p50, p95, serverMs, databaseMs }: Measured): string =>
  `${requestsPerSecond.toFixed(0)} req/s, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, CPU ${serverMs.toFixed(2)} + ${databaseMs.toFixed(2)} ms`;
