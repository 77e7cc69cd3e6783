/** What stands behind `npm start`, `npm test` and the other scripts. It runs on whatever Node the machine has, before any
 *  package is installed, so it and the files in bootstrap/ import nothing but Node itself. It installs what is missing,
 *  builds what is stale, and hands over to the Node of package.json with exit codes and signals passed through. */
import { installPackages } from './bootstrap/packages.mjs';
import { buildClean, buildIfStale } from './bootstrap/build.mjs';
import { runGate } from './bootstrap/gate.mjs';
import { Stop, runHubNode } from './bootstrap/programs.mjs';
import { runTests } from './bootstrap/tests.mjs';

const main = 'dist/src/cli/main.js';

const commands = {
  async start(words) {
    await buildIfStale();
    const demo = ['up', '--demo', '--data', '.hub', '--port', process.env.PORT || '4000'];
    return runHubNode([main, ...demo, ...words], { tied: true });
  },
  async hub(words) {
    await buildIfStale();
    return runHubNode([main, ...words], { tied: true });
  },
  async bench(words) {
    await buildIfStale();
    return runHubNode(['dist/test/bench/main.js', ...words]);
  },
  build: () => buildClean(),
  test: (words) => runTests(words, { long: false }),
  'test-long': (words) => runTests(words, { long: true }),
  check: () => runGate(),
};

const [name, ...words] = process.argv.slice(2);

try {
  const command = commands[name];
  if (!command) throw new Stop(`Expected one of ${Object.keys(commands).join(', ')}, found '${name ?? ''}'.`);
  await installPackages();
  process.exitCode = await command(words);
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
