/** What an audit entry will say about the rows of one place in a statement. The statement returns for each row only which of
 *  the conditions held and whether something was masked; the rest is known when it is compiled. */
import type { PhiClass } from '../kernel/index.js';
import type { Withholding } from '../access/index.js';

export interface WithheldField {
  readonly field: string;
  readonly why: Withholding;
}

/** Fields withheld where `unless` does not hold; `unless` null = always withheld. */
export interface Conditional {
  readonly unless: string;
  readonly fields: WithheldField[];
}

export class Site {
  /** Classes answered whatever the row says, and those answered only where the condition holds. */
  readonly classes = new Set<PhiClass>();
  readonly classesWhen = new Map<string, Set<PhiClass>>();
  readonly withheld = new Set<string>();
  readonly withheldUnless = new Map<string, Set<string>>();
  /** Where a class was answered because the glass was broken, and for no other reason. */
  readonly glass = new Set<string>();

  constructor(readonly touches: 'person' | 'case') {}

  answers(phi: PhiClass, where: string | null, glass: string | null | undefined): void {
    if (glass) this.glass.add(glass);
    if (where === null) this.classes.add(phi);
    else this.classesWhen.set(where, (this.classesWhen.get(where) ?? new Set()).add(phi));
  }

  withholds(field: string, unless: string | null): void {
    if (unless === null) this.withheld.add(field);
    else this.withheldUnless.set(unless, (this.withheldUnless.get(unless) ?? new Set()).add(field));
  }

  /** The conditions in the order in which the row reports them. */
  get reported(): string[] {
    return [...new Set([...this.classesWhen.keys(), ...this.withheldUnless.keys()])];
  }
}
