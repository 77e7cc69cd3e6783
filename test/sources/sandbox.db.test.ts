/** The connector against the sandbox's three systems, over the wire: what they hold joins up, changes come alone, and a
 *  system in trouble is named as such. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../src/kernel/index.js';
import type { HubRecord, RecordKind, RecordOf } from '../../src/records/index.js';
import { startSandbox, type Sandbox, type SystemName } from '../../src/sandbox/index.js';
import { openConnector, type Connector } from '../../src/sources/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';
import { countOutcomes, messagesIn, pullAll, recordsIn } from './reading.js';

let database: TestDatabase;
let sandbox: Sandbox;
beforeAll(async () => {
  database = await testDatabase();
  sandbox = await startSandbox({ databaseUrl: database.url, people: 40, seed: 7, today: '2026-03-02', log: silentLog });
});
afterAll(async () => {
  await sandbox?.stop();
  await database?.drop();
});

function connectorFor(name: SystemName): Connector {
  const system = sandbox.systems.find((one) => one.name === name);
  if (!system) throw new Error(`no sandbox system ${name}`);
  return openConnector({
    name,
    kind: 'fhir',
    url: system.url,
    supplies: system.supplies,
    auth: { kind: 'none' },
    pageSize: 100,
    retries: 0,
  });
}
const kindOf = <K extends RecordKind>(records: readonly HubRecord[], kind: K): RecordOf<K>[] =>
  records.filter((record): record is RecordOf<K> => record.kind === kind);

describe('the sandbox as a source', () => {
  it('is read without anything set aside, and says when each record changed', async () => {
    for (const name of ['ehr', 'scheduling', 'billing'] as const) {
      const batches = await pullAll(connectorFor(name));
      const records = recordsIn(batches);
      expect(countOutcomes(batches)['rejected']).toBeUndefined();
      expect(kindOf(records, 'patient')).toHaveLength(40);
      expect(records.filter(({ sourceUpdatedAt }) => sourceUpdatedAt === null)).toEqual([]);
    }
  });

  it('joins billing to the EHR by visit number, and every answer to its claim', async () => {
    const visits = kindOf(recordsIn(await pullAll(connectorFor('ehr'))), 'encounter');
    const numbers = new Set(
      visits.flatMap(({ identifiers }) => identifiers.map(({ system, value }) => `Encounter?identifier=${system}|${value}`)),
    );
    const billing = recordsIn(await pullAll(connectorFor('billing')));
    const claims = new Map(kindOf(billing, 'claim').map((claim) => [claim.key, claim]));
    expect(claims.size).toBeGreaterThan(100);
    expect([...claims.values()].filter(({ encounter }) => !numbers.has(encounter ?? ''))).toEqual([]);
    const answers = kindOf(billing, 'adjudication');
    expect(answers.filter(({ claim }) => !claims.has(claim))).toEqual([]);
    expect(kindOf(billing, 'payment').filter(({ claim, payer }) => !claims.has(claim ?? '') || payer === null)).toEqual([]);
    expect(new Set(answers.map(({ denied }) => denied))).toEqual(new Set([true, false]));
    expect(answers.filter(({ denied, denialCodes }) => denied !== denialCodes.length > 0)).toEqual([]);
    expect(kindOf(billing, 'account').filter(({ balance }) => balance === null)).toEqual([]);
  });

  it('gives only what changed where the system honours _lastUpdated, and everything where it does not', async () => {
    const [ehr, scheduling] = [connectorFor('ehr'), connectorFor('scheduling')];
    const first = await pullAll(ehr);
    const booked = await pullAll(scheduling);
    await sandbox.put('ehr', {
      resourceType: 'Patient',
      id: 'pat-1',
      name: [{ use: 'official', family: 'Zz-Changed', given: ['Zz-One'] }],
    });
    expect(recordsIn(await pullAll(ehr, first.at(-1)?.cursor))).toMatchObject([{ key: 'Patient/pat-1', family: 'Zz-Changed' }]);
    expect(messagesIn(await pullAll(scheduling, booked.at(-1)?.cursor))).toHaveLength(messagesIn(booked).length);
  });

  it('is unreachable while it is down, and goes on where it was once it is back', async () => {
    const ehr = connectorFor('ehr');
    const whole = await pullAll(ehr);
    const middle = whole[3]?.cursor ?? null;
    for (const kind of ['down', '500', '429'] as const) {
      sandbox.setFault('ehr', { kind });
      await expect(pullAll(ehr, middle)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    }
    sandbox.setFault('ehr', null);
    const keys = (batches: typeof whole) => recordsIn(batches).map(({ key }) => key);
    expect(keys(await pullAll(ehr, middle))).toEqual(keys(whole.slice(4)));
  });
});
