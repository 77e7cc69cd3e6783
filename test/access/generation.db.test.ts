import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { applyPolicy, generationInForce, readLabelRules, readPolicy, type Policy } from '../../src/access/index.js';
import { packageRoot } from '../../src/kernel/index.js';
import { openPool } from '../../src/store/index.js';
import { testDatabase, type TestDatabase } from '../support/services.js';

const folder = join(packageRoot, 'schema', 'policy');
const shipped = readPolicy(folder, readLabelRules(join(folder, 'labels.yaml')).labels);
const other: Policy = { ...shipped, digest: 'another' };

let database: TestDatabase;
let worker: Pool;
let gateway: Pool;
beforeAll(async () => {
  database = await testDatabase();
  worker = openPool(database.workerUrl, { max: 3, name: 'test' });
  gateway = openPool(database.gatewayUrl, { max: 1, name: 'test' });
});
afterAll(async () => {
  await worker.end();
  await gateway.end();
  await database.drop();
});

describe('the policy in force', () => {
  it('is none before one is applied', async () => {
    await expect(generationInForce(gateway, shipped)).rejects.toThrow('found none');
  });
  it('is of one generation for all who apply the same files, however many at once', async () => {
    expect(await Promise.all([1, 2, 3].map(() => applyPolicy(worker, shipped)))).toEqual([1, 1, 1]);
    expect(await generationInForce(gateway, shipped)).toBe(1);
  });
  it('moves on when the files change, and back is a step forward', async () => {
    expect(await applyPolicy(worker, other)).toBe(2);
    await expect(generationInForce(gateway, shipped)).rejects.toThrow('found another one');
    expect(await applyPolicy(worker, shipped)).toBe(3);
  });
  it('cannot be changed by a gateway', async () => {
    await expect(applyPolicy(gateway, other)).rejects.toThrow('permission denied');
  });
});
