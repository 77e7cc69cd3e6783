/** Where a person may be written to or called. Pure. Where the person asked for confidential communications (45 CFR
 *  164.522(b)) only there, whatever the means: a letter to the usual address would break the promise of a confidential phone. */
export interface Reachable {
  readonly kind: string;
  readonly use: string | null;
  readonly confidential: boolean;
}

export function whereToReach<P extends Reachable>(contactPoints: readonly P[]): readonly P[] {
  const current = contactPoints.filter(({ use }) => use !== 'old');
  const confidential = current.filter((point) => point.confidential);
  return confidential.length > 0 ? confidential : current;
}
