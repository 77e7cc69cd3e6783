/** Holds the trail against its own chain, the chain's head and the signed checkpoints, from the first entry to the last, a page
 *  in memory. Says what was altered, taken out, put in, swapped or cut off, in the order of the chain. After a finding it goes
 *  on from what is stored, so that the next one is found, too. Pure: pages and checkpoints are handed in. */
import type { KeyObject } from 'node:crypto';
import type { StoredEntry } from './audit-chain.js';
import { chainStart, hashOf } from './audit-chain.js';
import type { Head, Page } from './audit-pages.js';
import { explainMismatch } from './audit-mismatch.js';
import type { NumberedLine } from './checkpoint-file.js';
import { digestOf, hasGoodSignature, type Checkpoint } from './checkpoints.js';

export interface Finding {
  /** Where in the chain. */
  readonly seq: number;
  readonly says: string;
}
export interface Verdict {
  readonly entries: number;
  readonly first: StoredEntry | null;
  readonly last: StoredEntry | null;
  /** The last checkpoint that the trail agrees with. */
  readonly sealed: Checkpoint | null;
  readonly checkpoints: number;
  readonly findings: readonly Finding[];
}
export interface Evidence {
  readonly pages: AsyncIterable<Page>;
  readonly checkpoints: AsyncIterable<NumberedLine>;
  /** By key id. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Up to where months were taken away, by a signed checkpoint (`findRetired`). */
  readonly retired: Checkpoint['retired'];
  readonly onProgress?: (entries: number, of: number) => void;
}

/** More than these nobody reads; the first one counts. */
const mostFindings = 50;

export async function verifyTrail({ pages, checkpoints, keys, retired, onProgress }: Evidence): Promise<Verdict> {
  const inspection = new Inspection(new Checkpoints(checkpoints[Symbol.asyncIterator](), keys), retired);
  let waiting: StoredEntry | null = null;
  let head: Head | null = null;
  for await (const page of pages) {
    head = page.head;
    for (const entry of page.entries) {
      if (waiting) await inspection.see(waiting, entry, head.firstFormTo);
      waiting = entry;
    }
    onProgress?.(inspection.entries, head.seq);
  }
  if (waiting && head) await inspection.see(waiting, null, head.firstFormTo);
  await inspection.end(head);
  return inspection.verdict();
}

/** Checkpoints in step with the entries; what is wrong with one is told where it stands. */
class Checkpoints {
  next: Checkpoint | null = null;
  read = 0;
  readonly #lines: AsyncIterator<NumberedLine>;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  #lastText: string | null = null;
  #lastSeq = 0;

  constructor(lines: AsyncIterator<NumberedLine>, keys: ReadonlyMap<string, KeyObject>) {
    this.#lines = lines;
    this.#keys = keys;
  }

  /** Moves to the next one that can be believed. */
  async advance(tell: (finding: Finding) => void): Promise<void> {
    this.next = null;
    for (;;) {
      const { done, value } = (await this.#lines.next()) as IteratorResult<NumberedLine, undefined>;
      if (done || value === undefined) return;
      const { line, text, checkpoint } = value;
      const problem = this.#problemOf(checkpoint);
      this.#lastText = text;
      this.read += 1;
      if (problem === null && checkpoint) {
        this.#lastSeq = checkpoint.seq;
        this.next = checkpoint;
        return;
      }
      const of = checkpoint ? ` (entry ${checkpoint.seq}, of ${checkpoint.at})` : '';
      tell({ seq: checkpoint?.seq ?? this.#lastSeq, says: `checkpoint ${line}${of} ${problem ?? 'cannot be read: it was altered'}` });
    }
  }

  #problemOf(checkpoint: Checkpoint | null): string | null {
    if (!checkpoint) return 'cannot be read: it was altered';
    const key = this.#keys.get(checkpoint.key);
    if (!key) return `was signed by the key ${checkpoint.key}, which is not one of those given`;
    if (!hasGoodSignature(checkpoint, key)) return 'was altered: its signature does not fit';
    if (checkpoint.before !== (this.#lastText === null ? null : digestOf(this.#lastText)))
      return 'does not follow from the line before it: a line was altered or taken out';
    return checkpoint.seq < this.#lastSeq ? 'stands before an earlier one' : null;
  }
}

class Inspection {
  entries = 0;
  readonly #checkpoints: Checkpoints;
  readonly #findings: Finding[] = [];
  #first: StoredEntry | null = null;
  #last: StoredEntry | null = null;
  #sealed: Checkpoint | null = null;
  /** Where the chain stands; the hash is null where it cannot be known because entries are missing. */
  #at: { seq: number; hash: Buffer | null } = { seq: 0, hash: chainStart };
  /** How far numbers run ahead of what was hashed, after one was put in or taken out and the rest numbered anew. */
  #shift = 0;
  readonly #retired: Checkpoint['retired'];
  #started = false;
  #skip = false;

  constructor(checkpoints: Checkpoints, retired: Checkpoint['retired']) {
    this.#checkpoints = checkpoints;
    this.#retired = retired;
  }

  async see(entry: StoredEntry, next: StoredEntry | null, firstFormTo: number): Promise<void> {
    await this.#start(entry);
    this.entries += 1;
    this.#first ??= entry;
    if (this.#skip) this.#skip = false;
    else if (entry.seq === this.#at.seq && this.#last) {
      this.#tell(entry.seq, `entry ${entry.seq} is there twice: one was inserted`);
      return;
    } else {
      if (entry.seq > this.#at.seq + 1) await this.#missing(this.#at.seq + 1, entry.seq - 1);
      this.#follow(entry, next, firstFormTo);
    }
    this.#last = entry;
    await this.#compare(entry);
  }

  async end(head: Head | null): Promise<void> {
    if (!this.#started) await this.#checkpoints.advance((finding) => this.#findings.push(finding));
    // What was put in or taken out and numbered anew has been told.
    const last = this.#at.seq - this.#shift;
    if (head && this.#last && last > head.seq)
      this.#tell(head.seq + 1, `${entriesFrom(head.seq + 1, last)} inserted: the chain's head knows ${head.seq} entries`);
    if (head && head.seq > last) {
      const known = await this.#lastKnown();
      this.#tell(
        last + 1,
        `${entriesFrom(last + 1, Math.max(head.seq, known?.seq ?? 0))} missing at the end: ${knownBy(known, last, head)}`,
      );
      return;
    }
    if (head && head.seq === last && this.#at.hash && !head.hash.equals(this.#at.hash))
      this.#tell(last, `the chain's head was altered: it does not have the hash of entry ${last}`);
    const known = await this.#lastKnown();
    if (known && known.seq > last)
      this.#tell(
        last + 1,
        `${entriesFrom(last + 1, known.seq)} missing at the end: the checkpoint of ${known.at} says that they were there`,
      );
  }

  verdict(): Verdict {
    const findings = this.#findings.toSorted((one, other) => one.seq - other.seq).slice(0, mostFindings);
    return {
      entries: this.entries,
      first: this.#first,
      last: this.#last,
      sealed: this.#sealed,
      checkpoints: this.#checkpoints.read,
      findings,
    };
  }

  /** Months taken away for good end at a signed checkpoint. */
  async #start(entry: StoredEntry): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    await this.#advance();
    if (entry.seq === 1) return;
    const retired = this.#retired && this.#retired.seq < entry.seq ? this.#retired : null;
    const gone = retired?.seq ?? 0;
    while (this.#checkpoints.next && this.#checkpoints.next.seq <= gone) {
      this.#sealed = this.#checkpoints.next;
      await this.#advance();
    }
    this.#at = { seq: gone, hash: retired ? Buffer.from(retired.hash, 'hex') : chainStart };
  }

  #follow(entry: StoredEntry, next: StoredEntry | null, firstFormTo: number): void {
    const before = this.#at.hash;
    const meant = { ...entry, seq: entry.seq - this.#shift };
    this.#at = { seq: entry.seq, hash: entry.hash };
    if (before === null || hashOf(before, meant, firstFormTo).equals(entry.hash)) return;
    const why = explainMismatch({ before, entry: meant, next: next && { ...next, seq: next.seq - this.#shift }, firstFormTo });
    this.#tell(entry.seq, why.says(entry.seq));
    this.#shift += why.shift;
    this.#skip = why.skipsNext;
    this.#at = { seq: entry.seq, hash: why.hash };
    if (this.#skip) this.#at.seq += 1;
  }

  async #missing(from: number, to: number): Promise<void> {
    let known: Checkpoint | null = null;
    while (this.#checkpoints.next && this.#checkpoints.next.seq <= to) {
      known = this.#checkpoints.next;
      await this.#advance();
    }
    const further = known ?? this.#checkpoints.next;
    const says = further ? `: the checkpoint of ${further.at} says that there were ${further.seq}` : '';
    this.#tell(from, `${entriesFrom(from, to)} missing${says}`);
    this.#at = { seq: to, hash: known?.seq === to ? Buffer.from(known.hash, 'hex') : null };
  }

  async #compare(entry: StoredEntry): Promise<void> {
    while (this.#checkpoints.next && this.#checkpoints.next.seq <= entry.seq) {
      const { next } = this.#checkpoints;
      if (next.seq === entry.seq && next.hash === entry.hash.toString('hex')) this.#sealed = next;
      else if (next.seq === entry.seq && this.#shift === 0)
        this.#tell(
          (this.#sealed?.seq ?? 0) + 1,
          `${entriesFrom((this.#sealed?.seq ?? 0) + 1, next.seq)} written anew: the checkpoint of ${next.at} says another hash for entry ${next.seq}`,
        );
      await this.#advance();
    }
  }

  async #lastKnown(): Promise<Checkpoint | null> {
    let known: Checkpoint | null = null;
    while (this.#checkpoints.next) {
      known = this.#checkpoints.next;
      await this.#advance();
    }
    return known;
  }

  #advance(): Promise<void> {
    return this.#checkpoints.advance((finding) => this.#findings.push(finding));
  }

  #tell(seq: number, says: string): void {
    this.#findings.push({ seq, says });
  }
}

const entriesFrom = (from: number, to: number): string => (from === to ? `entry ${from} is` : `entries ${from} to ${to} are`);

function knownBy(known: Checkpoint | null, last: number, head: Head): string {
  const checkpoint = known && known.seq > last ? `the checkpoint of ${known.at} says that there were ${known.seq}, and ` : '';
  return `${checkpoint}the chain's head says that there were ${head.seq}`;
}

/** What the checkpoints say was taken away on purpose: the furthest that a good signature says. One pass before the other,
 *  because it stands where the trail was when it was said. */
export async function findRetired(
  checkpoints: AsyncIterable<NumberedLine>,
  keys: ReadonlyMap<string, KeyObject>,
): Promise<Checkpoint['retired']> {
  let found: Checkpoint['retired'] = null;
  for await (const { checkpoint } of checkpoints) {
    const key = checkpoint && keys.get(checkpoint.key);
    if (checkpoint?.retired && key && hasGoodSignature(checkpoint, key) && checkpoint.retired.seq >= (found?.seq ?? 0))
      found = checkpoint.retired;
  }
  return found;
}
