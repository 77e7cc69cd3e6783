/** The file of checkpoints, one JSON line each, only ever added to. A line that was cut off while it was written never
 *  counted: it is taken off before the next one is added. Whoever adds holds the lock of seal.ts. */
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { digestOf, lineOf, readLine, signCheckpoint, type Checkpoint, type SealKey } from './checkpoints.js';

export interface NumberedLine {
  readonly line: number;
  readonly text: string;
  readonly checkpoint: Checkpoint | null;
}

/** Whole lines, in order; none where there is no file. */
export async function* readCheckpoints(file: string): AsyncGenerator<NumberedLine> {
  if (!(await exists(file))) return;
  const whole = await wholeLength(file);
  if (whole === 0) return;
  let line = 0;
  const lines = createInterface({ input: createReadStream(file, { encoding: 'utf8', end: whole - 1 }), crlfDelay: Infinity });
  for await (const text of lines) {
    line += 1;
    yield { line, text, checkpoint: readLine(text) };
  }
}

/** The last line, as it stands; null where there is none. */
export async function lastCheckpoint(file: string): Promise<NumberedLine | null> {
  if (!(await exists(file))) return null;
  const whole = await wholeLength(file);
  const handle = await open(file, 'r');
  try {
    const from = Math.max(0, whole - longestLine);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(whole - from), 0, whole - from, from);
    const text = buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    return text === '' ? null : { line: 0, text, checkpoint: readLine(text) };
  } finally {
    await handle.close();
  }
}

/** Durable when this resolves. */
export async function addCheckpoint(
  file: string,
  key: SealKey,
  said: Pick<Checkpoint, 'seq' | 'hash' | 'at' | 'retired'>,
): Promise<Checkpoint> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const last = await lastCheckpoint(file);
  const made = signCheckpoint({ ...said, before: last ? digestOf(last.text) : null }, key);
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.truncate(await wholeLength(file));
    await handle.appendFile(`${lineOf(made)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return made;
}

const longestLine = 2_000;
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Up to and with the last line end. */
async function wholeLength(file: string): Promise<number> {
  const { size } = await stat(file);
  const handle = await open(file, 'r');
  try {
    const from = Math.max(0, size - longestLine);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return from + buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
  } finally {
    await handle.close();
  }
}
