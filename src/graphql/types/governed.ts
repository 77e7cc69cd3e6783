/** What every answer is made of: objects with an id, objects that say what they withhold, and pages of them. */
import { InterfaceType, ObjectType, type ClassType } from 'type-graphql';
import { Always, anId, flag, Maybe, text, whole } from './field.js';
import { WithheldReason } from './enums.js';

/** Rows come as JSON that names its type where a type is abstract. */
const resolveType = (value: { readonly __typename?: string }): string | undefined => value.__typename;

@InterfaceType({ description: 'Anything with an id of its own.', resolveType })
export abstract class Node {
  @Always(anId, 'Opaque, random and tagged with its type; never a medical record number.')
  id!: string;
}

@ObjectType({ description: 'A part that this viewer may not see, and what to do about it.' })
export class Withheld {
  @Always(text, 'The field, by its name in this schema.')
  field!: string;
  @Always(() => WithheldReason)
  reason!: string;
  @Always(text, 'The policy rule; its id never says which sensitivity.')
  rule!: string;
  @Maybe(text, 'How to ask.')
  remedy!: string | null;
}

@InterfaceType({ description: 'An object of which parts may be withheld from this viewer.', resolveType })
export abstract class Governed {
  @Always(() => [Withheld])
  withheld!: Withheld[];
}

@ObjectType({ description: 'Where a page stands (Relay).' })
export class PageInfo {
  @Always(flag, 'More entries follow.')
  hasNextPage!: boolean;
  @Always(flag, 'The page does not begin the list.')
  hasPreviousPage!: boolean;
  @Maybe(text, 'Cursor of the first entry.')
  startCursor!: string | null;
  @Maybe(text, 'Cursor of the last entry.')
  endCursor!: string | null;
}
/** A Relay connection over a type; `withheld` says why a list is empty. */
export function connectionOf<T extends object>(
  name: string,
  node: () => ClassType<T>,
  options: { readonly counted: boolean },
): ClassType<{ nodes: T[] }> {
  @ObjectType(`${name}Edge`, { description: `A place in a list: ${name}.` })
  class Edge {
    @Always(text)
    cursor!: string;
    @Always(node)
    node!: T;
  }
  @ObjectType(`${name}Connection`, { implements: Governed, description: `A page of a list: ${name}.` })
  class Connection extends Governed {
    @Always(() => [Edge])
    edges!: Edge[];
    @Always(() => [node()])
    nodes!: T[];
    @Always(() => PageInfo)
    pageInfo!: PageInfo;
  }
  if (options.counted) Maybe(whole, 'Exact up to 10,000, null above; null where the list is withheld.')(Connection.prototype, 'totalCount');
  return Connection;
}
