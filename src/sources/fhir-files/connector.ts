/** A folder of FHIR files as a source. A new run reads every file again and leaves it to the host's content hash to say
 *  what is unchanged: a file's date proves nothing about what is in it. A run cut short resumes at the message after
 *  the last one done, unless that file has changed meanwhile: then the file begins again. */
import { HubError } from '../../kernel/index.js';
import type { Batch, Cursor, Message } from '../../records/index.js';
import { inBatches, type Step } from '../batches.js';
import type { Connector } from '../contract.js';
import type { FhirFilesSettings } from '../settings.js';
import { faultCode } from './fault.js';
import { listFiles } from './folder.js';
import { readSourceFile } from './reading.js';

/** How far a run has come: `line` lines of the file are done, and `read` messages of the line after them. */
interface Position {
  readonly file: string;
  readonly print: string;
  readonly line: number;
  readonly read: number;
}

const finished: Cursor = { file: null };

function positionOf(cursor: Cursor | null): Position | null {
  const { file, print, line, read } = cursor ?? finished;
  return typeof file === 'string' && typeof print === 'string' && typeof line === 'number' && typeof read === 'number'
    ? { file, print, line, read }
    : null;
}

/** A type that this source is not there for is left out, as if no rule needed it. */
function supplied(message: Message, supplies: readonly string[] | undefined): Message {
  if (supplies === undefined || (message.outcome !== 'mapped' && message.outcome !== 'deleted')) return message;
  const type = message.key.slice(0, message.key.indexOf('/'));
  return supplies.includes(type) ? message : { outcome: 'notTaken', type };
}

/** The system's own message would name the file, and Synthea's files are named after patients: its code is enough. */
function unreachable(name: string, fault: unknown): HubError {
  return new HubError(
    'SOURCE_UNREACHABLE',
    `Source ${name}: its path, or a file in it, cannot be read (${faultCode(fault)}). Check that it exists and that the hub may read it.`,
  );
}

async function* stepsOf(settings: FhirFilesSettings, since: Position | null, signal: AbortSignal | undefined): AsyncGenerator<Step> {
  const files = await listFiles(settings.path);
  const total = files.reduce((sum, file) => sum + file.bytes, 0) || 1;
  const start = Math.max(
    0,
    files.findIndex((file) => file.id === since?.file),
  );
  let before = files.slice(0, start).reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files.slice(start)) {
    const done = since?.file === file.id && since.print === file.print ? since : null;
    for await (const { message, line, order } of readSourceFile(file, done?.line ?? 0)) {
      signal?.throwIfAborted();
      if (done !== null && line === done.line && order < done.read) continue;
      yield {
        message: supplied(message, settings.supplies),
        cursor: () => ({ file: file.id, print: file.print, line, read: order + 1 }),
        progress: before / total,
      };
    }
    before += file.bytes;
  }
}

async function* pull(settings: FhirFilesSettings, since: Cursor | null, signal: AbortSignal | undefined): AsyncGenerator<Batch> {
  try {
    yield* inBatches(stepsOf(settings, positionOf(since), signal), () => finished);
  } catch (fault) {
    signal?.throwIfAborted();
    throw unreachable(settings.name, fault);
  }
}

export function openFhirFiles(settings: FhirFilesSettings): Connector {
  return { source: settings.name, pull: (since, options = {}) => pull(settings, since, options.signal) };
}
