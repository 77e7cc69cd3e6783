/** Documents that are registered by the hash of their text. A hub that answers nothing else cannot be asked what nobody has
 *  looked at: the documents of its screens come with it, those of others come in a manifest or a folder. Ids as in the draft
 *  on persisted documents of GraphQL over HTTP (`documentId`, `sha256:` before it or not) and as Apollo's clients send them
 *  (`extensions.persistedQuery.sha256Hash`). */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate, type GraphQLSchema } from 'graphql';
import { HubError } from '../kernel/index.js';
import { expectSize } from './document-size.js';
import type { DocumentLimits } from './limits.js';

export interface TrustedDocuments {
  /** The text behind an id; null where it is not registered. */
  find(id: string): string | null;
  has(text: string): boolean;
}

export const idOfText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The hash in an id as clients write it; null where it is none. */
export const readId = (id: string): string | null => /^(?:sha256:)?([0-9a-f]{64})$/.exec(id)?.[1] ?? null;

/** @param paths folders of `.graphql` files, or manifests in JSON: `{ id: text }` or Apollo's.
 *  @throws HubError RULES_INVALID with one line for each document that cannot be answered */
export function readTrustedDocuments(paths: readonly string[], schema: GraphQLSchema, limits: DocumentLimits): TrustedDocuments {
  const texts = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, id, text } of paths.flatMap(documentsIn)) {
    const problem = problemOf({ id, text }, schema, limits);
    if (problem) problems.push(`${name}: ${problem}`);
    // Whether an editor or a build step leaves the last line end is nobody's intention.
    for (const form of [text, text.trim()]) texts.set(idOfText(form), text);
  }
  if (problems.length > 0) throw new HubError('RULES_INVALID', problems.join('\n'));
  return { find: (id) => texts.get(id) ?? null, has: (text) => texts.has(idOfText(text)) || texts.has(idOfText(text.trim())) };
}

interface Named {
  /** As messages call it. */
  readonly name: string;
  /** As the manifest has it; null where the text is all there is. */
  readonly id: string | null;
  readonly text: string;
}

function documentsIn(path: string): Named[] {
  try {
    if (!statSync(path).isDirectory()) return manifest(JSON.parse(readFileSync(path, 'utf8')));
    const files = readdirSync(path).filter((file) => file.endsWith('.graphql'));
    return files.map((file) => ({ name: file, id: null, text: readFileSync(join(path, file), 'utf8') }));
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError('RULES_INVALID', 'limits.documents: expected a folder of .graphql files or a manifest in JSON, found neither.', {
      cause,
    });
  }
}

function manifest(said: unknown): Named[] {
  if (typeof said !== 'object' || said === null) throw new Error('no manifest');
  const rows: readonly unknown[] = 'operations' in said && Array.isArray(said.operations) ? said.operations : Object.entries(said);
  return rows.map((row, at) => {
    const [id, text]: readonly unknown[] = Array.isArray(row) ? row : [Reflect.get(Object(row), 'id'), Reflect.get(Object(row), 'body')];
    if (typeof id !== 'string' || typeof text !== 'string') throw new Error('no manifest');
    return { name: `document ${at + 1} of the manifest`, id, text };
  });
}

function problemOf({ id, text }: Omit<Named, 'name'>, schema: GraphQLSchema, limits: DocumentLimits): string | null {
  if (id !== null && readId(id) !== idOfText(text)) return 'expected the SHA-256 of its text as its id, found another';
  try {
    const document = parse(text);
    expectSize(document, limits);
    const [fault] = validate(schema, document);
    return fault ? `expected a document of this schema, found: ${fault.message}` : null;
  } catch (error) {
    return error instanceof Error ? error.message : 'expected a document, found something else';
  }
}
