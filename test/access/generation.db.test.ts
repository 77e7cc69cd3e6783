/** The policy in force: a generation that the database keeps, known to every process with its next request. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { applyPolicy, openPolicyInForce, readPolicySet, recordRefusal, relabelProgress, type PolicySet } from '../../src/access/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import { holdGeneration, inTransaction, openPool } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

const shipped = readPolicySet(join(packageRoot, 'schema', 'policy'));
/** The same rules with other words, and so another digest. */
const reworded = readPolicySet({ ...shipped.texts, 'rules.yaml': `${shipped.texts['rules.yaml'] ?? ''}# reviewed\n` });
const otherLabels = readPolicySet({
  ...shipped.texts,
  'labels.yaml': (shipped.texts['labels.yaml'] ?? '').replace('{ system: icd10, prefix: D57 }', '{ system: icd10, prefix: D56 }'),
});
const byHand = { by: 'zz-officer' };
const atStart = { by: 'start', atStart: true };

let database: TestDatabase;
let worker: Pool;
let gateway: Pool;
beforeAll(async () => {
  database = await testDatabase();
  worker = openPool(database.workerUrl, { max: 4, name: 'test' });
  gateway = openPool(database.gatewayUrl, { max: 2, name: 'test' });
});
beforeEach(async () => {
  const owner = openPool(database.url, { max: 1, name: 'test' });
  for (const table of ['policy_generation', 'policy_state', 'relabel_range', 'outbox', 'encounter', 'patient_record', 'source']) {
    await owner.query(`delete from ${table}`);
  }
  await owner.end();
});
afterAll(async () => {
  await worker.end();
  await gateway.end();
  await database.drop();
});

const apply = async (set: PolicySet, how: { by: string; atStart?: boolean } = byHand) => (await applyPolicy(worker, set, how)).generation;

describe('the policy in force', () => {
  it('is none before one is applied', async () => {
    await expect(openPolicyInForce(gateway)).rejects.toThrow('found none. Run `hub migrate` or `hub policy apply` first.');
  });
  it('is of one generation for all who apply the same files, however many at once', async () => {
    expect(await Promise.all([1, 2, 3].map(() => apply(shipped)))).toEqual([1, 1, 1]);
    const { rows } = await gateway.query('select generation, digest, applied_by as by, files from policy_generation');
    expect(rows).toEqual([{ generation: 1, digest: shipped.policy.digest, by: 'zz-officer', files: shipped.texts }]);
  });
  it('moves on when the files change, and back is a step forward', async () => {
    expect([await apply(shipped), await apply(reworded), await apply(shipped)]).toEqual([1, 2, 3]);
  });
  it('is read from the database, by a process that has no files of its own, and read again when another is in force', async () => {
    await apply(shipped);
    const known = await openPolicyInForce(gateway);
    expect(known.current()).toMatchObject({ generation: 1, policy: { digest: shipped.policy.digest } });
    await apply(reworded);
    expect(known.current().generation).toBe(1);
    expect(await known.renew()).toMatchObject({ generation: 2, policy: { digest: reworded.policy.digest } });
    expect(known.current()).toMatchObject({ generation: 2, texts: reworded.texts });
  });
  it('cannot be changed by a gateway, nor rewritten by a worker', async () => {
    await expect(applyPolicy(gateway, shipped, byHand)).rejects.toThrow('permission denied');
    await apply(shipped);
    await expect(worker.query("update policy_generation set applied_by = 'zz'")).rejects.toThrow('permission denied');
    await expect(worker.query('delete from policy_generation')).rejects.toThrow('permission denied');
  });
});

describe('a start', () => {
  it('applies its files where they changed since the last start, and says so', async () => {
    expect((await applyPolicy(worker, shipped, atStart)).outcome).toBe('applied');
    expect((await applyPolicy(worker, shipped, atStart)).outcome).toBe('unchanged');
    expect(await applyPolicy(worker, reworded, atStart)).toMatchObject({ outcome: 'applied', generation: 2 });
    expect(await applyPolicy(worker, shipped, atStart)).toMatchObject({ outcome: 'applied', generation: 3 });
  });
  it('does not undo what was applied by hand since its files last changed', async () => {
    await apply(shipped, atStart);
    await apply(reworded);
    expect(await applyPolicy(worker, shipped, atStart)).toEqual({ generation: 2, outcome: 'kept', ranges: 0 });
  });
});

describe('an act that was decided under a policy', () => {
  const hold = (generation: number, then: () => Promise<void> = () => Promise.resolve()) =>
    inTransaction(gateway, async (client) => {
      await holdGeneration(generation, async (sql) => (await client.query<{ generation: number }>(sql)).rows);
      await then();
    });

  it('is not done under another', async () => {
    await apply(shipped);
    await expect(hold(1)).resolves.toBeUndefined();
    await apply(reworded);
    await expect(hold(1)).rejects.toMatchObject({ code: 'POLICY_CHANGED' });
    await expect(hold(2)).resolves.toBeUndefined();
  });
  it('holds a new policy up until it is done', async () => {
    await apply(shipped);
    const order: string[] = [];
    let applying: Promise<unknown> = Promise.resolve();
    await hold(1, async () => {
      applying = apply(reworded).then(() => order.push('in force'));
      await new Promise((resolve) => setTimeout(resolve, 200));
      order.push('acted');
    });
    await applying;
    expect(order).toEqual(['acted', 'in force']);
  });
});

describe('labels', () => {
  const addRows = async (rows: number) => {
    await worker.query("insert into source (name, kind) values ('zz', 'fhir')");
    await worker.query(
      `insert into patient_record (source_id, source_key, ingested_at, own_mask, label_mask) select id, 'Patient/1', now(), 0, 0 from source`,
    );
    await worker.query(
      `insert into encounter (source_id, source_key, patient_record_id, ingested_at, own_mask, label_mask)
       select r.source_id, 'Encounter/' || n, r.id, now(), 0, 0 from patient_record r, generate_series(1, $1::int) n`,
      [rows],
    );
  };
  const queued = async () => (await worker.query("select payload from outbox where job = 'renewLabels'")).rowCount;

  it('are worked out anew where the label rules differ, range by range, and not where only other files do', async () => {
    await apply(shipped);
    await addRows(2_500);
    expect((await applyPolicy(worker, reworded, byHand)).ranges).toBe(0);
    const { ranges } = await applyPolicy(worker, otherLabels, byHand);
    expect(ranges).toBeGreaterThanOrEqual(4); // a record, and 2,500 visits in ranges of at most 1,000 ids
    expect(await queued()).toBe(ranges);
    expect(await relabelProgress(worker)).toEqual({ generation: 3, ranges, done: 0 });
  });
  it('that one generation left undone are taken over by the next', async () => {
    await apply(shipped);
    await addRows(10);
    const { ranges } = await applyPolicy(worker, otherLabels, byHand);
    const next = readPolicySet({ ...otherLabels.texts, 'rules.yaml': reworded.texts['rules.yaml'] ?? '' });
    expect((await applyPolicy(worker, next, byHand)).ranges).toBe(ranges);
    expect(await relabelProgress(worker)).toEqual({ generation: 3, ranges, done: 0 });
  });
  it('never change their bits, nor take those of another', async () => {
    await apply(shipped);
    const text = shipped.texts['labels.yaml'] ?? '';
    const moved = readPolicySet({ ...shipped.texts, 'labels.yaml': text.replace('bit: 5\n', 'bit: 27\n') });
    await expect(applyPolicy(worker, moved, byHand)).rejects.toThrow('expected bit 5 for HIV, which rows carry already, found 27');
    expect((await openPolicyInForce(gateway)).current().generation).toBe(1);
  });
});

describe('a policy that is refused', () => {
  it('stays on record until one is applied', async () => {
    await apply(shipped);
    await recordRefusal(worker, { by: 'zz-officer', refusal: 'policy/rules.yaml:1: expected YAML' });
    const state = async () =>
      (await gateway.query<{ by: string | null; refusal: string | null }>('select refused_by as by, refusal from policy_state')).rows;
    expect(await state()).toEqual([{ by: 'zz-officer', refusal: 'policy/rules.yaml:1: expected YAML' }]);
    await apply(reworded);
    expect(await state()).toEqual([{ by: null, refusal: null }]);
  });
});
