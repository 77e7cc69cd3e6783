/** What a consent denies, decided anew for one row at a time by walking its tree: small, slow, and written apart from the
 *  database's function, which works with sets. A property holds the two against each other. */

export interface Rule {
  readonly type: 'deny' | 'permit';
  /** Surely met, surely not, or nobody knows. */
  readonly met: 'yes' | 'no' | 'unknown';
  /** Resource types; empty: all. */
  readonly types: readonly ('Appointment' | 'Coverage' | 'Zz-Unheard')[];
  /** Empty: all rows. */
  readonly labels: readonly ('HIV' | 'SUD' | 'N' | 'R' | 'Zz')[];
  readonly below: readonly Rule[];
}
export interface RowOf {
  readonly phi: 'SCHEDULING' | 'COVERAGE' | 'NARRATIVE';
  readonly labels: readonly ('HIV' | 'SUD' | 'RESTRICTED' | 'VERY_RESTRICTED')[];
}

const typeOf = { SCHEDULING: 'Appointment', COVERAGE: 'Coverage', NARRATIVE: null } as const;

export function denies(rule: Rule, row: RowOf): boolean {
  if (rule.met === 'no') return false;
  const below = rule.below.some((inner) => denies(inner, row));
  if (rule.type === 'permit') return below;
  const meant = ofType(rule, row, true) && (rule.labels.length === 0 || rule.labels.some((label) => mayBear(row, label)));
  return below || (meant && !rule.below.some((inner) => allows(inner, row)));
}

function allows(rule: Rule, row: RowOf): boolean {
  if (rule.type === 'deny' || rule.met !== 'yes' || !ofType(rule, row, false)) return false;
  const upTo = rule.labels.length === 0 || rule.labels.some((label) => (label === 'N' ? row.labels.length === 0 : label === 'R' && !row.labels.includes('VERY_RESTRICTED'))); // prettier-ignore
  return upTo && !rule.below.some((inner) => denies(inner, row));
}

const ofType = ({ types }: Rule, { phi }: RowOf, unknownCounts: boolean): boolean =>
  types.length === 0 || types.some((type) => type === typeOf[phi] || (unknownCounts && type === 'Zz-Unheard'));

function mayBear({ labels }: RowOf, label: Rule['labels'][number]): boolean {
  if (label === 'N' || label === 'Zz') return true;
  return label === 'R' ? labels.length > 0 : labels.includes(label);
}
