/** PatientContext and Worklist through the whole gateway (token, plan, row-level security, audit) against the hand-written
 *  baseline, in one run on one machine: only the ratio means anything. Both sides must answer the same before it counts. */
import type { ChildProcess } from 'node:child_process';
import { buildHospital } from './hospital.js';
import { baselineSide, compare, ended, expectSameAnswers, figures, hubSide, serve, type Compared } from './sides.js';
import { countStatements } from './statements.js';

export async function benchRead(say: (line: string) => void, patients = 1_000): Promise<void> {
  const hospital = await buildHospital({ patients, cases: patients / 2, say });
  const servers: ChildProcess[] = [];
  try {
    await countStatements(hospital, say);
    const hub = await serve(servers, { serve: 'hub', gatewayUrl: hospital.gatewayUrl, dataDir: hospital.dataDir });
    const baseline = await serve(servers, { serve: 'baseline', url: hospital.ownerUrl });
    for (const name of ['patient-context', 'worklist'] as const) {
      const sides = { hub: hubSide(hospital, hub, name), baseline: baselineSide(hospital, baseline, name) };
      await expectSameAnswers(sides, name === 'worklist' ? 1 : 50);
      for (const clients of [1, 8]) report(say, { name, clients }, await compare(hospital, sides, clients));
    }
  } finally {
    await Promise.all(servers.map(ended));
    await hospital.stop();
  }
}

function report(say: (line: string) => void, of: { name: string; clients: number }, { hub, baseline, ratio }: Compared): void {
  const clients = `${of.clients} client${of.clients === 1 ? '' : 's'}`;
  say(`${of.name} at ${clients}: ${ratio.toFixed(2)} of the baseline (hub ${figures(hub)}; baseline ${figures(baseline)})`);
}
