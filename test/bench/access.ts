/** What the whole access path costs: PatientContext as it is (relations, labels, consent, row-level security, `withheld` by row,
 *  audit) against the same gateway with all of that left out, and against the hand-written statement. The audit's part on
 *  its own: the gateway as it is, but for entries that are thrown away. CPU time is of one request. */
import type { ChildProcess } from 'node:child_process';
import { buildHospital } from './hospital.js';
import { baselineSide, compare, ended, expectSameAnswers, figures, hubSide, serve } from './sides.js';

const clients = 8;

export async function benchAccess(say: (line: string) => void, patients = 1_000): Promise<void> {
  const hospital = await buildHospital({ patients, cases: patients / 2, say });
  const servers: ChildProcess[] = [];
  const { gatewayUrl, ownerUrl, dataDir } = hospital;
  try {
    const hub = hubSide(hospital, await serve(servers, { serve: 'hub', gatewayUrl, dataDir }), 'patient-context');
    const others = {
      'access compiled out': hubSide(
        hospital,
        await serve(servers, { serve: 'open', url: ownerUrl, gatewayUrl, dataDir, leaves: 'access' }),
        'patient-context',
      ),
      'the hand-written baseline': baselineSide(hospital, await serve(servers, { serve: 'baseline', url: ownerUrl }), 'patient-context'),
      'that baseline with names looked up by key, as the hub does': baselineSide(
        hospital,
        await serve(servers, { serve: 'baseline', url: ownerUrl, byKey: true }),
        'patient-context',
      ),
      'the same without its audit entries': hubSide(
        hospital,
        await serve(servers, { serve: 'open', url: gatewayUrl, gatewayUrl, dataDir, leaves: 'audit' }),
        'patient-context',
      ),
    };
    for (const [name, other] of Object.entries(others)) {
      await expectSameAnswers({ hub, baseline: other }, 50);
      const { ratio, hub: ours, baseline: theirs } = await compare(hospital, { hub, baseline: other }, clients);
      say(`patient-context at ${clients} clients: ${ratio.toFixed(2)} of ${name} (hub ${figures(ours)}; ${figures(theirs)})`);
    }
  } finally {
    await Promise.all(servers.map(ended));
    await hospital.stop();
  }
}
