/** `hub policy readme`: writes schema/policy/README.md, the policy in the words of a reviewer; `--check` fails where the file
 *  says something other than the rules. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describePolicy, readPolicySet } from '../access/index.js';
import { HubError, packageRoot } from '../kernel/index.js';
import { openTerminal } from './terminal.js';

const folder = join(packageRoot, 'schema', 'policy');
const file = join(folder, 'README.md');

export async function policyReadme({ check }: { readonly check: boolean }): Promise<void> {
  const wanted = describePolicy(readPolicySet(folder));
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== wanted && check)
    throw new HubError(
      'RULES_INVALID',
      'schema/policy/README.md is not what the rules say. Run `npm run hub -- policy readme` and commit it.',
    );
  if (found !== wanted) await writeFile(file, wanted);
  openTerminal().say(found === wanted ? 'schema/policy/README.md is current.' : 'schema/policy/README.md is written.');
}
