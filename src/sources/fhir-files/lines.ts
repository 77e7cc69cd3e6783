/** Bytes into lines, one at a time and bounded by the longest line. Only LF ends a line: Node's readline also splits at
 *  U+2028, which JSON allows inside a string. */
import { Buffer } from 'node:buffer';

export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) {
      let from = 0;
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
        begun.push(chunk.subarray(from, at));
        yield begun.length === 1 ? (begun[0] as Uint8Array) : Buffer.concat(begun);
        begun = [];
        from = at + 1;
      }
      if (from < chunk.length) begun.push(chunk.subarray(from));
    }
  } catch (fault) {
    throw new CutShort(Buffer.concat(begun), { cause: fault });
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

/** The stream broke off; `rest` is what had come of the line it broke off in. */
export class CutShort extends Error {
  constructor(
    readonly rest: Uint8Array,
    options: { cause: unknown },
  ) {
    super('the stream broke off', options);
    this.name = 'CutShort';
  }
}
