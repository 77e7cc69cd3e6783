/** A plain statement takes for granted what nearly always is so: that nobody in its answer is bound by a consent or an agreed
 *  restriction, and that the viewer has broken no glass. A statement pays for every expression that it holds, asked or not, and
 *  these are a third of a large one. It looks whether it is so, in its own snapshot; where it is not, it answers nothing, and
 *  the full statement is sent in its place. Rows that are chosen by what consents say (a search, `node`) have no plain form:
 *  how many statements there are must not tell of a row that is not shown. */
import { inForce } from '../access/index.js';

/** Among the bits that rows report upwards (CompiledRow.masked). */
export const boundBit = 4;

export class Plain {
  readonly #asked = new Set<object>();
  readonly #told = new Set<object>();
  #impossible = false;
  #glass = false;

  /** It matters whether the person of this row is bound. */
  asks(row: object): void {
    this.#asked.add(row);
  }

  asked(row: object): boolean {
    return this.#asked.has(row);
  }

  /** The row reports whether its person is bound. */
  tells(row: object): void {
    this.#told.add(row);
  }

  asksForGlass(): void {
    this.#glass = true;
  }

  cannot(): void {
    this.#impossible = true;
  }

  /** Nothing is taken for granted that is not looked at; and something is, or the full statement would be the same. */
  get isOfUse(): boolean {
    return !this.#impossible && (this.#glass || this.#asked.size > 0) && [...this.#asked].every((row) => this.#told.has(row));
  }

  /** SQL: it is as was taken for granted.
   *  @param reported the bits that the answer's rows reported; null where none did */
  holds(reported: string | null, snippet: (sql: string) => string): string {
    const parts = [
      ...(reported === null ? [] : [`coalesce(${reported}, 0) & ${boundBit} = 0`]),
      ...(this.#glass ? [snippet(`not exists (select 1 from access_grant mine where ${inForce('mine')})`)] : []),
    ];
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`;
  }
}
