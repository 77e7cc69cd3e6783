/** The top level holds the eight names that matter, so that a newcomer reads the whole house at one glance; tools keep
 *  their settings in dotfiles. Names and sizes inside say what a file is for. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { packageRoot } from '../../src/kernel/index.js';

const topLevel = [
  'package.json',
  'tsconfig.json',
  'docker-compose.yml',
  'README.md',
  'schema',
  'src',
  'workers',
  'test',
  'package-lock.json',
  'LICENSE',
];
/** Made by installing, building or running; .gitignore keeps them out. */
const made = ['node_modules', 'dist', 'coverage'];
const longest = 300;

function filesUnder(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)));
}
const sources = ['src', 'workers', 'test'].flatMap(filesUnder).filter((file) => /[.](ts|tsx|mjs|cjs|js)$/.test(file));

describe('the house', () => {
  it('has nothing on its top level but the names that matter, logs and dotfiles aside', () => {
    const found = readdirSync(packageRoot).filter((name) => !name.startsWith('.') && !name.endsWith('.log') && !made.includes(name));
    expect(found.filter((name) => !topLevel.includes(name))).toEqual([]);
  });

  it('names files in kebab-case, for the idea they hold', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*([.](test|db|redis|wire|d))*[.][a-z]+$/;
    const migration = /^src\/store\/migrations\//; // named by the tool that orders them
    expect(sources.filter((file) => !migration.test(file) && !kebab.test(basename(file)))).toEqual([]);
  });

  it('has no drawer for what belongs nowhere', () => {
    expect(sources.filter((file) => /(^|[/-])(utils?|helpers?|common|misc|shared)([/.-]|$)/.test(file))).toEqual([]);
  });

  it(`keeps every source file under ${longest} lines, and asks what second idea is hiding in a longer one`, () => {
    const long = sources.filter((file) => readFileSync(join(packageRoot, file), 'utf8').split('\n').length > longest + 1);
    expect(long).toEqual([]);
  });
});
