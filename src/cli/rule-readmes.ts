/** `hub policy readme` and `hub clocks readme`: write the policy and the clocks in the words of a reviewer beside their rules;
 *  `--check` fails where the file says something other than the rules. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describePolicy, readPolicySet } from '../access/index.js';
import { describeClocks, loadCaseRules } from '../cases/index.js';
import { HubError, packageRoot } from '../kernel/index.js';
import { openTerminal } from './terminal.js';

const readmes = {
  policy: () => describePolicy(readPolicySet(join(packageRoot, 'schema', 'policy'))),
  clocks: () => describeClocks(loadCaseRules().clocks),
};

export async function writeReadme(of: keyof typeof readmes, { check }: { readonly check: boolean }): Promise<void> {
  const wanted = readmes[of]();
  const name = `schema/${of}/README.md`;
  const file = join(packageRoot, name);
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== wanted && check)
    throw new HubError('RULES_INVALID', `${name} is not what the rules say. Run \`npm run hub -- ${of} readme\` and commit it.`);
  if (found !== wanted) await writeFile(file, wanted);
  openTerminal().say(found === wanted ? `${name} is current.` : `${name} is written.`);
}
