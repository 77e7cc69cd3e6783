/** Words that must not stand in a source: switches that silence a tool for a whole file or without a reason, and notes to
 *  oneself without the issue that would make somebody act on them. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../src/kernel/index.js';

interface Line {
  readonly place: string;
  readonly text: string;
}

function linesUnder(folder: string): Line[] {
  return readdirSync(join(packageRoot, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /[.](ts|tsx|mjs|cjs|yaml)$/.test(entry.name))
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)))
    .filter((file) => file !== 'test/guards/house-words.test.ts')
    .flatMap((file) =>
      readFileSync(join(packageRoot, file), 'utf8')
        .split('\n')
        .map((text, index) => ({ place: `${file}:${index + 1}`, text })),
    );
}
const lines = ['src', 'workers', 'schema', 'test'].flatMap(linesUnder);
const placesOf = (pattern: RegExp): string[] => lines.filter(({ text }) => pattern.test(text)).map(({ place }) => place);

describe('a source file', () => {
  it('silences the linter for one line at most, and says why', () => {
    expect(placesOf(/eslint-disable(?!-next-line [\w@/-]+ -- \S)/)).toEqual([]);
  });
  it('never tells the compiler to look away', () => {
    expect(placesOf(/@ts-(ignore|nocheck|expect-error)/)).toEqual([]);
  });
  it('has no note to oneself without an issue number', () => {
    expect(placesOf(/\b(TODO|FIXME|HACK)\b(?!.*(#|issue )\d+)/)).toEqual([]);
  });
});
