/** Where the package lies, found by walking up from this file: rules under schema/ are read from there both
 *  when running from dist/ and when jest runs the sources. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('package.json not found above the sources');
  return findRoot(parent);
}

export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));
