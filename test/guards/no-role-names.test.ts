/** Roles are the policy's: which there are and what they may do is data. Code that names one would go on deciding when a
 *  hospital renames it, or adds another. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readPolicySet } from '../../src/access/index.js';
import { Role } from '../../src/graphql/types/enums.js';
import { packageRoot } from '../../src/kernel/index.js';

const { policy } = readPolicySet(join(packageRoot, 'schema/policy'));
const roles = [...policy.roles.keys()];

/** The emitted enum of the API; and the demo's people, who have to be somebody. */
const mayName = ['src/graphql/types/enums.ts', 'src/cli/demo.ts', 'src/cli/demo-cases.ts'];
const mayNameFolder = 'src/sandbox/';

interface Line {
  readonly file: string;
  readonly place: string;
  readonly text: string;
}
const lines: Line[] = ['src', 'workers'].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /[.](ts|tsx|mjs|cjs|sql)$/.test(entry.name))
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)))
    .flatMap((file) =>
      readFileSync(join(packageRoot, file), 'utf8')
        .split('\n')
        .map((text, index) => ({ file, place: `${file}:${index + 1}`, text })),
    ),
);
const judged = lines.filter(({ file }) => !mayName.includes(file) && !file.startsWith(mayNameFolder));

describe('the code', () => {
  it('names no role: take it from the policy, or ask for a capability', () => {
    const code = new RegExp(`\\b(${roles.join('|')})\\b`);
    expect(judged.filter(({ text }) => code.test(text)).map(({ place }) => place)).toEqual([]);
  });

  it('tells nobody to ask a role by its name: a remedy is the policy’s to write', () => {
    const spoken = roles.map((role) => role.toLowerCase().replaceAll('_', ' ')).filter((words) => words !== 'manager');
    const inText = new RegExp(`['"\`][^'"\`]*\\b(${spoken.join('|')})\\b`, 'i');
    const isComment = /^\s*(\*|\/\*\*|\/\/)/;
    expect(judged.filter(({ text }) => !isComment.test(text) && inText.test(text)).map(({ place }) => place)).toEqual([]);
  });

  it('is looked through where roles are: the exceptions do name some', () => {
    for (const file of ['src/graphql/types/enums.ts', 'src/cli/demo.ts'])
      expect([file, lines.some((line) => line.file === file && roles.some((role) => line.text.includes(`'${role}'`)))]).toEqual([file, true]);
  }); // prettier-ignore
});

describe('the enum of the API', () => {
  it('has the roles of the shipped policy', () => {
    expect(Object.keys(Role).toSorted()).toEqual(roles.toSorted());
  });
});
