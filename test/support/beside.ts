/** Material that lies beside some checkouts and in none: published samples, the public core of the API. Where it is not,
 *  tests that read it are skipped, and their own title says why. */
import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/index.js';

const place = '../shared';

export const beside = (path: string): string => join(packageRoot, place, path);

export function describeBeside(path: string, title: string, tests: () => void): void {
  if (existsSync(beside(path))) describe(title, tests);
  else describe.skip(`${title} (${place}/${path} is not beside this checkout)`, tests);
}
