/** One server in a process of its own, so that the load does not share its thread: the hub's gateway, or the baseline, which
 *  is bare node:http in front of one prepared statement on the same kind of pipelined connections. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { startGateway } from '../../src/cli/gateway-service.js';
import { silentLog } from '../../src/kernel/index.js';
import { patientContextByKeySql, patientContextSql, worklistSql } from './baseline-sql.js';
import { benchRules, settings } from './hospital.js';
import { serveOpen, type OpenOrder } from './open-gateway.js';

export type Order =
  | { readonly serve: 'hub'; readonly gatewayUrl: string; readonly dataDir: string }
  | OpenOrder
  | { readonly serve: 'baseline'; readonly url: string; readonly byKey?: boolean };

async function serveHub(order: Extract<Order, { serve: 'hub' }>): Promise<string> {
  const gateway = await startGateway(settings(order.dataDir), {
    gatewayUrl: order.gatewayUrl,
    rules: benchRules(),
    log: silentLog,
  });
  return `${gateway.url}/graphql`;
}

/** The settings of the hub's own reading connections (src/read/flight.ts). */
const options = '-c plan_cache_mode=force_generic_plan -c jit=off -c search_path=hub -c timezone=UTC -c datestyle=ISO';

async function serveBaseline({ url, byKey = false }: Extract<Order, { serve: 'baseline' }>): Promise<string> {
  const clients = await Promise.all(
    [1, 2].map(async () => {
      const client = new pg.Client({ connectionString: url, options, pipeline: true });
      client.on('error', () => process.exit(0)); // the bench is over and its database is gone
      await client.connect();
      return { client, waiting: 0 };
    }),
  );
  const ask = async (caseUid: string | null): Promise<string> => {
    const lane = clients.reduce((least, next) => (next.waiting < least.waiting ? next : least));
    lane.waiting += 1;
    try {
      const query =
        caseUid === null
          ? { name: 'worklist', text: worklistSql }
          : { name: 'context', text: byKey ? patientContextByKeySql : patientContextSql, values: [caseUid] };
      return (await lane.client.query<{ j: string }>(query)).rows[0]?.j ?? 'null';
    } finally {
      lane.waiting -= 1;
    }
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { caseUid } = JSON.parse(Buffer.concat(parts).toString()) as { caseUid?: string };
      ask(caseUid ?? null).then(
        (json) => response.writeHead(200, { 'content-type': 'application/json' }).end(`{"data":${json}}`),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function serverOf(order: Order): Promise<string> {
  switch (order.serve) {
    case 'hub':
      return serveHub(order);
    case 'open':
      return serveOpen(order);
    case 'baseline':
      return serveBaseline(order);
  }
}

process.once('message', (order: Order) => {
  serverOf(order).then(
    (url) => process.send?.({ url }),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
