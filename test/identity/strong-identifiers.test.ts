/** Which identifiers link, as shipped, and a rule file that cannot be taken. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, expect } from '@jest/globals';
import { packageRoot } from '../../src/kernel/index.js';
import { readStrongIdentifiers } from '../../src/identity/strong-identifiers.js';
import { emptyFolder } from '../support/empty-folder.js';

const rules = readStrongIdentifiers(join(packageRoot, 'schema/identity/strong-identifiers.yaml'));

describe('strong identifiers', () => {
  it('are those given to one human being', () => {
    expect([...rules.types].sort()).toEqual(['DL', 'MA', 'MC', 'MR', 'NI', 'PE', 'PI', 'PPN', 'SS']);
  });
  it.each(['000-00-0000', '999999999', '123-45-6789', '078-05-1120', 'UNKNOWN', 'n/a', ' ', '0'])(
    'do not count where the value is a placeholder: %j',
    (value) => {
      expect(rules.isPlaceholder(value)).toBe(true);
    },
  );
  it.each(['999-12-3456', '1001234', '12345', 'S0007919'])('count where the value only looks plain: %j', (value) => {
    expect(rules.isPlaceholder(value)).toBe(false);
  });
  it('are refused where a row says both a type and a system, or a pattern cannot be read', () => {
    const file = join(emptyFolder(), 'strong.yaml');
    writeFileSync(
      file,
      'strong:\n  - { type: MR, system: urn:x, means: m, verified: true, because: b }\nweak: []\nplaceholders:\n  - "("\n',
    );
    expect(() => readStrongIdentifiers(file)).toThrow(
      'identity/strong.yaml:2 strong[0]: expected either a type or a system\nidentity/strong.yaml:5 placeholders[0]: expected a regular expression',
    );
  });
});
