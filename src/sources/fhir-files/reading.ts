/** One file's messages. A JSON file is read whole, NDJSON line by line; what cannot be read (a broken gzip, bytes that are
 *  not UTF-8, JSON that ends early) is set aside whole, the file or the line, and never stops the rest. */
import { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { Message, Rejected } from '../../records/index.js';
import { readText } from '../formats/fhir/bundle.js';
import { faultCode } from './fault.js';
import type { SourceFile } from './folder.js';
import { CutShort, linesOf } from './lines.js';

/** A message and where it stands: how many lines are done before its own, and its place within the line. */
export interface Placed {
  readonly message: Message;
  readonly line: number;
  readonly order: number;
}

const unzip = promisify(gunzip);

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return null;
  }
}

/** Bytes that are no text are kept as base64, which loses nothing. */
function setAside(bytes: Uint8Array, code: Rejected['code'], reason: string): Rejected {
  return { outcome: 'rejected', code, reason: `${reason}; kept as base64`, raw: Buffer.from(bytes).toString('base64') };
}

function* read(bytes: Uint8Array): Generator<Message> {
  const json = decode(bytes);
  if (json === null) yield setAside(bytes, 'NOT_JSON', 'expected UTF-8');
  else if (json !== '') yield* readText(json);
}

/** From line `from` on; lines before it are passed over unread. */
export async function* readSourceFile(file: SourceFile, from: number): AsyncGenerator<Placed> {
  if (file.lines) yield* readLines(file, from);
  else yield* place(await readWhole(file), 0);
}

function* place(messages: Iterable<Message>, line: number): Generator<Placed> {
  let order = 0;
  for (const message of messages) yield { message, line, order: order++ };
}

async function readWhole(file: SourceFile): Promise<Iterable<Message>> {
  const bytes = await readFile(file.path);
  if (!file.gzip) return read(bytes);
  try {
    return read(await unzip(bytes));
  } catch (fault) {
    const cut = faultCode(fault) === 'Z_BUF_ERROR';
    return [setAside(bytes, cut ? 'TRUNCATED' : 'NOT_JSON', cut ? 'the gzip file ends in the middle' : 'expected a gzip file')];
  }
}

async function* readLines(file: SourceFile, from: number): AsyncGenerator<Placed> {
  const bytes = createReadStream(file.path);
  const gunzipped = file.gzip ? bytes.pipe(createGunzip()) : bytes;
  // A pipe does not hand the reader's fault on.
  if (file.gzip) bytes.on('error', (fault) => gunzipped.destroy(fault));
  let line = 0;
  try {
    for await (const one of linesOf(gunzipped as AsyncIterable<Uint8Array>)) {
      if (line >= from) yield* place(read(one), line);
      line++;
    }
  } catch (fault) {
    if (!(fault instanceof CutShort)) throw fault;
    if (line >= from) yield { message: setAside(fault.rest, 'TRUNCATED', 'the file breaks off in this line'), line, order: 0 };
  } finally {
    bytes.destroy();
  }
}
