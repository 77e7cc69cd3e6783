/** What says that a broken glass opened something of an answer, and by which grants: a screen must not show it as ordinary
 *  access. The same for an answer of /graphql and for each event of a stream. Pure. */
import { toWireId } from '../kernel/index.js';
import type { OperationContext } from './context.js';

export interface OpenedBy {
  readonly extensions?: { readonly breakGlass: readonly string[] };
}

/** @returns nothing where nothing was opened: an ordinary answer has no mark */
export const openedBy = ({ trail }: Pick<OperationContext, 'trail'>): OpenedBy =>
  trail.opened.size === 0 ? {} : { extensions: { breakGlass: [...trail.opened].map((uid) => toWireId('grant', uid)) } };
