/** How a row asks by what consents and agreed restrictions it is bound: its person's, or those of the nearest row above that
 *  knows whose it is. A full statement asks what they deny (denials.ts); a plain one only whether there are any (plain.ts). */
import type { PhiClass, Shape } from '../kernel/index.js';
import type { Plan } from '../access/index.js';
import { boundSql, deniedSql, Denials } from './denials.js';
import type { Layer } from './layers.js';
import type { Statement } from './statement.js';

/** What is asked of the row itself. */
interface Asking {
  readonly shape: Shape;
  readonly parent: { readonly agreed: Agreed } | null;
  sql(snippet: string): string;
  together(sql: string): string;
}
interface Context {
  readonly statement: Statement;
  readonly plan: Plan;
  readonly samePerson?: boolean | string;
}

export class Agreed {
  readonly #row: Asking;
  readonly #context: Context;
  #own: Denials | null = null;

  constructor(row: Asking, context: Context) {
    this.#row = row;
    this.#context = context;
  }

  /** What the person's consents and restrictions deny this viewer. Null where no row knows whose it is, and in a plain
   *  statement, which then looks whether there are any. */
  denials(): Denials | null {
    if (this.#context.statement.plain === null) return this.owner()?.ownDenials() ?? null;
    this.looks();
    return null;
  }

  /** Whether these are worked out at this row. */
  owns(denials: Denials | null): boolean {
    return denials !== null && denials === this.#own;
  }

  lateral(): string[] {
    return this.#own?.lateral() ?? [];
  }

  /** In a plain statement, where it was asked at this row: SQL, whether somebody's consents bind what is shown of it. */
  bound(): string | null {
    const { plain } = this.#context.statement;
    if (!plain?.asked(this)) return null;
    plain.tells(this);
    return this.#row.together(this.#ofOwnPerson(boundSql, () => (this.#row.parent?.agreed.looks() ? 'false' : null)));
  }

  /** What they say, for predicates that stand before the row's own laterals; null where nobody's bind the row.
   *  @param says an expression over the answer (denials.ts) */
  inline(says: (d: string) => string): string | null {
    const denials = this.denials();
    if (this.owner() === this) this.#context.statement.plain?.cannot();
    const answer = this.owns(denials) ? denials?.sql() : denials?.answer();
    return answer === undefined ? null : `(select ${says('d')} from (select ${answer} as d offset 0) d0)`;
  }

  /** What a class needs on top of the policy: the consents first, then the restrictions. */
  layers(phi: PhiClass): Layer[] {
    const denials = this.denials();
    const { consent } = this.#context.plan;
    if (denials === null) return [];
    const follows = denials.nothing();
    return [
      { where: denials.allowed(phi), why: consent.denied, follows },
      { where: denials.unrestricted(phi), why: consent.restricted, follows },
    ];
  }

  /** The row by whose person this one is bound. */
  owner(): Agreed | null {
    const { shape, parent } = this.#row;
    const { samePerson = false } = this.#context;
    const above = shape.consents === undefined || samePerson !== false ? (parent?.agreed.owner() ?? null) : null;
    const records = shape.consents ?? shape.consentsAlone;
    return records === undefined || (above !== null && typeof samePerson !== 'string') ? above : this;
  }

  ownDenials(): Denials {
    const above = (): string | null => this.#row.parent?.agreed.denials()?.answer() ?? null;
    return (this.#own ??= new Denials(this.#context.statement.alias('con'), () => this.#ofOwnPerson(deniedSql, above)));
  }

  /** False where no row knows whose it is. */
  looks(): boolean {
    const owner = this.owner();
    if (owner !== null) this.#context.statement.plain?.asks(owner);
    return owner !== null;
  }

  /** Of the records by which the row is bound; as is known above, where it is certainly of the same person. */
  #ofOwnPerson(ask: (records: string) => string, known: () => string | null): string {
    const { samePerson } = this.#context;
    const { shape } = this.#row;
    const own = this.#row.sql(ask(shape.consents ?? shape.consentsAlone ?? 'null::bigint[]'));
    const above = typeof samePerson === 'string' ? known() : null;
    return above === null ? own : `case when ${this.#row.sql(String(samePerson))} then ${above} else ${own} end`;
  }
}
