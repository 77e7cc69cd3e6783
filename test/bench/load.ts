/** A load of a few clients that each wait for their answer, over kept connections. Counts only answers with status 200. */
import { Agent, request } from 'node:http';

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
}
export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: (turn: number) => string;
}

export async function load(target: Target, { clients, seconds }: { clients: number; seconds: number }): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const taken: number[] = [];
  const begun = performance.now();
  const until = begun + seconds * 1000;
  let turn = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const sent = performance.now();
      turn += 1;
      await send(target, { agent, turn });
      taken.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - begun) / 1000;
  agent.destroy();
  taken.sort((a, b) => a - b);
  const at = (share: number): number => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))] ?? 0;
  return { requestsPerSecond: taken.length / elapsed, p50: at(0.5), p95: at(0.95) };
}

export function send({ url, headers, body }: Target, { agent, turn }: { agent?: Agent; turn: number }): Promise<string> {
  const payload = body(turn);
  return new Promise((done, failed) => {
    const sent = request(
      url,
      {
        method: 'POST',
        ...(agent ? { agent } : {}),
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', failed);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) done(text);
          else failed(new Error(`expected 200, found ${response.statusCode}: ${text.slice(0, 300)}`));
        });
      },
    );
    sent.on('error', failed);
    sent.end(payload);
  });
}
