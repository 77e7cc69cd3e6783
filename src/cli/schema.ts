/** `hub schema`: writes schema/schema.graphql as the code says it; `--check` fails where the file says something else. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError, packageRoot } from '../kernel/index.js';
import { printHubSchema } from '../graphql/index.js';
import { hubSchema } from './shapes.js';
import { openTerminal } from './terminal.js';

const file = join(packageRoot, 'schema', 'schema.graphql');

export async function schema({ check }: { readonly check: boolean }): Promise<void> {
  const wanted = printHubSchema(hubSchema());
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== wanted && check)
    throw new HubError(
      'RULES_INVALID',
      'schema/schema.graphql is not what the code says. Run `npm run hub -- schema` and commit the file.',
    );
  if (found !== wanted) await writeFile(file, wanted);
  openTerminal().say(found === wanted ? 'schema/schema.graphql is current.' : 'schema/schema.graphql is written.');
}
