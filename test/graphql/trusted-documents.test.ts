/** Documents by the hash of their text: what is found, what is refused, and which manifests are taken. */
import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { openGate, ordinaryLimits, readTrustedDocuments } from '../../src/graphql/index.js';
import { emptyFolder } from '../support/empty-folder.js';

const schema = buildSchema('type Query { a: Int b: Int }');
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const text = 'query A { a }';
const other = 'query B { b }';

function folderWith(name: string, content: string): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, name), content);
  return folder;
}
const read = (...paths: string[]) => readTrustedDocuments(paths, schema, ordinaryLimits);
const costs = { object: 1, scalar: 0, page: { argument: 'first', most: 500 }, list: 5, types: {}, fields: {}, lists: {} };
const gate = (trustedOnly: boolean, ...paths: string[]) =>
  openGate({ schema, limits: ordinaryLimits, costs, documents: read(...paths), trustedOnly });
const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('registered documents', () => {
  const folder = folderWith('a.graphql', `${text}\n`);
  const manifest = join(folderWith('m.json', JSON.stringify({ [`sha256:${hash(other)}`]: other })), 'm.json');
  const apollo = join(
    folderWith(
      'm.json',
      JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: hash(other), name: 'B', type: 'query', body: other }],
      }),
    ),
    'm.json',
  );

  it('are found by the hash of their file, with or without its last line end', () => {
    const documents = read(folder);
    expect([hash(text), hash(`${text}\n`), hash(other), 'constructor'].map((id) => documents.find(id))).toEqual([
      `${text}\n`,
      `${text}\n`,
      null,
      null,
    ]);
    expect([text, `${text}\n`, ` ${text} \n`, 'query A { b }'].map((said) => documents.has(said))).toEqual([true, true, true, false]);
  });

  it.each([
    ['of ids and texts', manifest],
    ["of Apollo's", apollo],
  ])('come in a manifest %s as well', (_what, path) => {
    expect(read(folder, path).find(hash(other))).toBe(other);
  });

  it.each([
    [
      'an id that is not the hash',
      JSON.stringify({ [hash(text)]: other }),
      'document 1 of the manifest: expected the SHA-256 of its text as its id, found another',
    ],
    [
      'an id in words',
      JSON.stringify({ B: other }),
      'document 1 of the manifest: expected the SHA-256 of its text as its id, found another',
    ],
    [
      'a document of another schema',
      JSON.stringify({ [hash('{ c }')]: '{ c }' }),
      /document 1 of the manifest: expected a document of this schema, found: Cannot query field "c"/,
    ],
    ['something else', '[1]', 'limits.documents: expected a folder of .graphql files or a manifest in JSON, found neither.'],
    ['no JSON', '{', 'limits.documents: expected a folder of .graphql files or a manifest in JSON, found neither.'],
  ])('stop the start where a manifest holds %s', (_what, content, says) => {
    expect(() => read(join(folderWith('m.json', content), 'm.json'))).toThrow(says);
  });

  it('are asked for by id, in each of the two ways', () => {
    for (const request of [
      { documentId: hash(text) },
      { documentId: `sha256:${hash(text)}` },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash(text) } } },
    ])
      expect(gate(true, folder).checkDocument(request)).toEqual({ query: `${text}\n`, cost: 1 });
  });

  it('are all that is answered where only they are wanted', () => {
    const closed = gate(true, folder);
    expect(closed.checkDocument({ query: text }).query).toBe(text);
    expect(codeOf(() => closed.checkDocument({ query: other }))).toBe('DOCUMENT_NOT_REGISTERED');
    expect(codeOf(() => closed.checkDocument({ query: other, documentId: hash(other) }))).toBe('DOCUMENT_NOT_REGISTERED');
    expect(codeOf(() => closed.checkDocument({ query: '{ a' }))).toBe('DOCUMENT_NOT_REGISTERED');
    expect(codeOf(() => closed.checkDocument({ documentId: hash(other) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('may stand beside others where those are wanted, too; an id never stands for another text', () => {
    const open = gate(false, folder);
    expect(open.checkDocument({ query: other, documentId: hash(other) }).query).toBe(other);
    expect(codeOf(() => open.checkDocument({ query: other, documentId: hash(text) }))).toBe('BAD_INPUT');
    const two = { documentId: hash(text), extensions: { persistedQuery: { sha256Hash: hash(other) } } };
    expect(codeOf(() => open.checkDocument(two))).toBe('BAD_INPUT');
    for (const documentId of ['', 'A', 7, {}, hash(text).toUpperCase()])
      expect(codeOf(() => open.checkDocument({ documentId }))).toBe('BAD_INPUT');
  });
});
