/** Hands changes to the streams of this process that want them. A stream that reads slowly holds nobody up and fills nothing:
 *  what waits for it are ids, each once however often it changed, because the newest state is read when its turn comes. */
import type { Change, RowId } from '../../kernel/index.js';

/** Rows that may wait for one stream; one that falls behind further is told to begin anew. */
const mostWaiting = 2_000;
const mostKnown = 10_000;

export type Taken = Change | 'quiet' | 'overrun' | 'closed';

export class Mailbox implements AsyncIterable<Change> {
  readonly #waiting = new Map<string, Change>();
  /** Rows that this stream has shown, oldest first: only of these it says that they are gone. */
  readonly #known = new Set<string>();
  #state: 'open' | 'overrun' | 'closed' = 'open';
  #wake: () => void = () => undefined;

  constructor(
    readonly wants: (change: Change) => boolean,
    readonly leave: (mailbox: Mailbox) => void,
  ) {}

  put(change: Change): void {
    if (this.#state !== 'open') return;
    this.#waiting.set(change.uid, change);
    if (this.#waiting.size > mostWaiting) this.#end('overrun');
    this.#wake();
  }

  /** The change that has waited longest; `quiet` where none came in time. */
  async take(waitMs: number): Promise<Taken> {
    if (this.#waiting.size === 0 && this.#state === 'open') await this.#woken(waitMs);
    if (this.#state !== 'open') return this.#state;
    const [first] = this.#waiting;
    if (!first) return 'quiet';
    this.#waiting.delete(first[0]);
    return first[1];
  }

  know(uid: string): void {
    this.#known.delete(uid);
    this.#known.add(uid);
    const [oldest] = this.#known;
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
  }

  knows(uid: string): boolean {
    return this.#known.has(uid);
  }

  forget(uid: string): void {
    this.#known.delete(uid);
  }

  close(): void {
    this.#end('closed');
    this.leave(this);
    this.#wake();
  }

  /** graphql-js asks for it; changes are taken by `take`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Change> {
    for (;;) {
      const taken = await this.take(60_000);
      if (taken === 'closed' || taken === 'overrun') return;
      if (taken !== 'quiet') yield taken;
    }
  }

  #end(state: 'overrun' | 'closed'): void {
    this.#state = state;
    this.#waiting.clear();
  }

  #woken(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export interface FanOut {
  tell(changes: readonly Change[]): void;
  /** @param wants looks at ids only; what the viewer may see is decided when the row is read */
  open(wants: (change: Change) => boolean): Mailbox;
  close(): void;
}

/** What a subscription is given beside the rest of its operation. */
export interface Events extends Pick<FanOut, 'open'> {
  /** The row of a source by its name; null where there is none. */
  readonly sourceRow: (name: string) => Promise<RowId | null>;
}
/** Noted by the resolver of an event, for the stream. */
export interface EventSeen {
  /** False: there is no such row for this viewer. */
  visible: boolean;
}

export function createFanOut(): FanOut {
  const mailboxes = new Set<Mailbox>();
  return {
    tell(changes) {
      for (const change of changes) for (const mailbox of mailboxes) if (mailbox.wants(change)) mailbox.put(change);
    },
    open(wants) {
      const mailbox = new Mailbox(wants, (left) => mailboxes.delete(left));
      mailboxes.add(mailbox);
      return mailbox;
    },
    close() {
      for (const mailbox of [...mailboxes]) mailbox.close();
    },
  };
}
