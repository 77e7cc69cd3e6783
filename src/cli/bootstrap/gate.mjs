/** `npm run check`, the one gate: layout, lint, types, doors between rooms, unused code, pure tests, guards. Every step runs
 *  even after a failure, so that one run shows all there is to mend. */
import { needsServices, runJest } from './jest.mjs';
import { inProject, runHubNode, say } from './programs.mjs';

const tool = (path, ...words) => runHubNode([inProject('node_modules', path), ...words]);
const jest = async (words, ignore) => (await runJest(words, { ignore })).code;

const steps = [
  ['layout (prettier)', () => tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')],
  ['lint (eslint)', () => tool('eslint/bin/eslint.js', '-c', '.config/eslint.config.js', '.')],
  ['types (tsc)', () => tool('typescript/bin/tsc', '--noEmit', '-p', '.')],
  [
    'doors between rooms (depcruise)',
    () => tool('dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.config/dependency-cruiser.cjs', 'src', 'workers'),
  ],
  ['unused code (knip)', () => tool('knip/bin/knip.js', '-c', '.config/knip.json')],
  ['pure tests', () => jest(['/test/'], [...needsServices, '/test/guards/'])],
  ['guards, and generated files current', () => jest(['/test/guards/'], needsServices)],
];

export async function runGate() {
  const results = [];
  for (const [name, run] of steps) {
    say(`\n--- ${name}`);
    const startedAt = Date.now();
    const code = await run();
    results.push({ name, ok: code === 0, seconds: ((Date.now() - startedAt) / 1000).toFixed(1) });
  }
  process.stdout.write('\n');
  for (const { name, ok, seconds } of results) process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${seconds.padStart(6)} s  ${name}\n`);
  return results.every(({ ok }) => ok) ? 0 : 1;
}
