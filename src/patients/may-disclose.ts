/** May this be told to them, in spite of what the hospital agreed to? For letters, exports and disclosures. Pure. Restrictions
 *  on viewers are decided where rows are read; the patient is never restricted from what is theirs (45 CFR 164.524), and what
 *  the law requires is disclosed (164.522(a)(1)(vi)). Break-glass opens no restriction. */
import type { PhiClass } from '../kernel/index.js';

export interface RestrictionInForce {
  readonly recipient: 'HEALTH_PLAN' | 'NAMED' | 'VIEWERS';
  readonly recipientName: string | null;
  readonly phiClasses: readonly PhiClass[];
}
export type Recipient =
  | { readonly kind: 'PATIENT' }
  | { readonly kind: 'REQUIRED_BY_LAW' }
  | { readonly kind: 'HEALTH_PLAN'; readonly name: string | null }
  /** Anybody else; without a name it may be whoever a restriction names. */
  | { readonly kind: 'OTHER'; readonly name: string | null };

export type Disclosable = { readonly may: true } | { readonly may: false; readonly restricted: readonly PhiClass[] };

export function mayDisclose(recipient: Recipient, classes: readonly PhiClass[], restrictions: readonly RestrictionInForce[]): Disclosable {
  const binding = restrictions.filter((restriction) => binds(restriction, recipient));
  const restricted = classes.filter((phi) => binding.some(({ phiClasses }) => phiClasses.includes(phi)));
  return restricted.length === 0 ? { may: true } : { may: false, restricted };
}

function binds({ recipient: whom, recipientName }: RestrictionInForce, recipient: Recipient): boolean {
  if (recipient.kind === 'PATIENT' || recipient.kind === 'REQUIRED_BY_LAW') return false;
  switch (whom) {
    case 'VIEWERS':
      return false;
    case 'HEALTH_PLAN':
      return recipient.kind === 'HEALTH_PLAN';
    case 'NAMED':
      return recipient.name === null || recipientName === null || plain(recipient.name) === plain(recipientName);
  }
}

/** Accents, case and spaces make nobody another person. */
const plain = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[\s,.]+/g, ' ').trim(); // prettier-ignore
