import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advance } from '../../src/cli/advance.js';
import { findRunning, forgetRunning, noteRunning, rolePasswords, storedPasswords } from '../../src/cli/data-folder.js';
import { namedDatabase, roleAddress } from '../../src/cli/database.js';
import type { HubSettings } from '../../src/cli/hub-settings.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;

describe("the roles' passwords", () => {
  it('are made once, differ, and can be read by their owner only', async () => {
    const made = await rolePasswords(folder);
    expect(await rolePasswords(folder)).toEqual(made);
    expect(made.gatewayPassword).not.toBe(made.workerPassword);
    expect(await modeOf('role-passwords.json')).toBe(0o600);
  });
  it('are not made anew over a file that cannot be read, for the database knows the old ones', async () => {
    await writeFile(join(folder, 'role-passwords.json'), '{"gatewayPassword":');
    await expect(storedPasswords(folder)).rejects.toThrow('Expected the roles');
  });
});

describe('the note of the running hub', () => {
  const hub = {
    pid: process.pid,
    demo: false,
    ownerUrl: 'postgres://o/hub',
    gatewayUrl: 'postgres://g/hub',
    workerUrl: 'postgres://w/hub',
    queue: { backend: 'postgres' },
  } as const;

  it('is found by other commands until the hub stops', async () => {
    await noteRunning(folder, hub);
    expect(await findRunning(folder)).toEqual(hub);
    expect(await modeOf('running.json')).toBe(0o600);
    await forgetRunning(folder);
    await expect(findRunning(folder)).rejects.toThrow(`No hub is running on ${folder}.`);
  });
  it('says so where the hub was killed and left it behind', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    await noteRunning(folder, { ...hub, pid: gone });
    await expect(findRunning(folder)).rejects.toThrow(`The hub on ${folder} was ended by force.`);
  });
  it('keeps the clock of a hub that is no demo where it is', async () => {
    await noteRunning(folder, hub);
    await expect(advance({ data: folder } as HubSettings, '3d')).rejects.toThrow('its clock is not moved');
  });
});

describe("a role's address", () => {
  const nothing = { gatewayUrl: null, workerUrl: null };

  it('is the one that is given', async () => {
    const settings = { database: null, roles: { ...nothing, gatewayUrl: 'postgres://g@db/hub' }, data: folder };
    expect(await roleAddress(settings, 'gateway')).toBe('postgres://g@db/hub');
  });
  it("is else made from the owner's and the password that migrating left in the data folder", async () => {
    const settings = { database: { url: 'postgres://owner:secret@db:5433/hub' }, roles: nothing, data: folder };
    await expect(roleAddress(settings, 'worker')).rejects.toThrow('HUB_WORKER_DATABASE_URL: expected the address of the worker role');
    const { workerUrl, passwords } = await namedDatabase(settings, folder);
    expect(workerUrl).toBe(`postgres://hub_worker:${passwords.workerPassword}@db:5433/hub`);
    expect(await roleAddress(settings, 'worker')).toBe(workerUrl);
  });
  it('carries its own password to the role when migrating', async () => {
    const roles = { gatewayUrl: 'postgres://hub_gateway:g%40te@db/hub', workerUrl: 'postgres://hub_worker:work@db/hub' };
    const { passwords } = await namedDatabase({ database: { url: 'postgres://owner@db/hub' }, roles }, folder);
    expect(passwords).toEqual({ gatewayPassword: 'g@te', workerPassword: 'work' });
    expect(await storedPasswords(folder)).toBeNull();
  });
});
