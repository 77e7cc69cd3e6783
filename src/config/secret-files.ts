/** Files that settings point to and that are read at start: tokens, passwords, key sets. A file that cannot be read is a
 *  problem of the setting that names it. Neither its path nor its content is ever printed. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { expectedFound } from '../kernel/index.js';
import type { KeySet } from './hub-config.js';

/** A path; relative ones count from the folder of hub.yaml, so that it does not matter where the hub is started. */
export const pathFrom = (folder: string) =>
  z.unknown().transform((value, ctx): string => {
    if (typeof value === 'string' && value.trim() !== '' && !value.includes('\0')) return resolve(folder, value);
    ctx.addIssue({ code: 'custom', message: expectedFound('a path', value, 'set') });
    return z.NEVER;
  });

/** One line of text from a file: what an HTTP header can carry. */
export const secretFile = (folder: string, what: string) =>
  fromFile(folder, `a file with ${what}`, (content): string | null => {
    const secret = content.trim();
    return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(secret) ? secret : null;
  });

export const keySetFile = (folder: string) => fromFile(folder, 'a file with a JSON Web Key Set', readKeySet);

function fromFile<T>(folder: string, expected: string, take: (content: string) => T | null) {
  return pathFrom(folder).transform((path, ctx): T => {
    const read = readText(path);
    const taken = read.content === null ? null : take(read.content);
    if (taken !== null) return taken;
    ctx.addIssue({
      code: 'custom',
      message: `expected ${expected}, found ${read.found ?? (read.content?.trim() ? 'a file with something else' : 'an empty file')}`,
    });
    return z.NEVER;
  });
}

function readText(path: string): { content: string; found: null } | { content: null; found: string } {
  try {
    return { content: readFileSync(path, 'utf8'), found: null };
  } catch (error) {
    return { content: null, found: whatWasThere(error) };
  }
}

/** In words, why a file could not be read. */
export function whatWasThere(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  if (code === 'EISDIR') return 'a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'a file that this user may not read';
  return 'a file that cannot be read';
}

function readKeySet(content: string): KeySet | null {
  try {
    const parsed = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }).safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
