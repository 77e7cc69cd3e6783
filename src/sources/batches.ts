/** Gathers messages into the batches that the host commits. Each message comes with the cursor that holds once it is
 *  done; a batch carries the last one's. */
import type { Batch, Cursor, Message } from '../records/index.js';
import { batchLimit } from './contract.js';

export interface Step {
  readonly message: Message;
  readonly cursor: () => Cursor;
  readonly progress: number | null;
}

/** `last` is the cursor of a finished run: it ends the last batch, or comes alone where nothing else is left to say. */
export async function* inBatches(steps: AsyncIterable<Step>, last: () => Cursor): AsyncGenerator<Batch> {
  let messages: Message[] = [];
  let latest: Step | null = null;
  for await (const step of steps) {
    if (messages.length === batchLimit && latest !== null) {
      yield { messages, cursor: latest.cursor(), progress: latest.progress };
      messages = [];
    }
    messages.push(step.message);
    latest = step;
  }
  yield { messages, cursor: last(), progress: 1 };
}
