/** What is asked before something is shown, one condition after the other: the policy's relation, the person's consents, agreed
 *  restrictions, labels. The first that does not hold is the reason that is given; what stands behind it is not told. */
import type { Withholding } from '../access/index.js';

export interface Layer {
  readonly where: string;
  readonly why: Withholding;
  /** A condition from which this one follows, and which many layers share. */
  readonly follows?: string;
}

export function allOf(layers: readonly Pick<Layer, 'where'>[]): string | null {
  const [only, ...more] = layers;
  if (!only) return null;
  return more.length === 0 ? only.where : `(${layers.map(({ where }) => where).join(' and ')})`;
}
