/** How jest is called, for the tests and for the gate alike: on the hub's Node, with ES modules. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject, runHubNode, say } from './programs.mjs';

/** Files whose name says that they need a service, and whole stories, are not pure. */
export const needsServices = ['[.](db|redis|wire)[.]test[.]ts$', '/test/(journeys|long)/'];

/** Gives jest's exit code, what it counted and which tests it skipped. A suite that cannot even be loaded is one failure. */
export async function runJest(words, { ignore = [], env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-results-'));
  const results = join(folder, 'results.json');
  const ignored = ['/node_modules/', ...ignore].map((pattern) => `--testPathIgnorePatterns=${pattern}`);
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', inProject('node_modules', 'jest', 'bin', 'jest.js')];
  const code = await runHubNode([...node, ...words, '--json', `--outputFile=${results}`, ...ignored], { env });
  const told = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null;
  if (!told) say(`jest ended before it could count its tests (exit code ${code}).`);
  rmSync(folder, { recursive: true, force: true });
  const counts = told ? count(told) : { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return { code, counts, skipped: told ? skippedTitles(told) : [] };
}

export function count(results) {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** A skipped test says why in its title. */
export function skippedTitles({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return tests.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName);
}

export function summary({ passed, failed, skipped }) {
  return `${skipped ? `${skipped} skipped\n` : ''}${passed} passed, ${failed} failed`;
}
