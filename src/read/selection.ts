/** The selected fields of one object, by response key: fragments opened where their type fits, @skip and @include obeyed,
 *  the same key merged. As in the GraphQL specification, 6.3.2 CollectFields. */
import {
  GraphQLIncludeDirective, GraphQLSkipDirective, isAbstractType, Kind, typeFromAST, getDirectiveValues,
  type FieldNode, type FragmentDefinitionNode, type GraphQLObjectType, type GraphQLSchema, type SelectionNode, type SelectionSetNode,
} from 'graphql'; // prettier-ignore

export interface Document {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
}
export interface Selected {
  readonly key: string;
  readonly name: string;
  readonly node: FieldNode;
  /** Every place of the document where it stands. */
  readonly nodes: readonly FieldNode[];
  readonly sets: readonly SelectionSetNode[];
}

export function selectedFields(document: Document, type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Selected[] {
  const found = new Map<string, { key: string; name: string; node: FieldNode; nodes: FieldNode[]; sets: SelectionSetNode[] }>();
  const open = new Set<string>();
  const visit = (selection: SelectionNode): void => {
    if (!isWanted(document, selection)) return;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const merged = found.get(key) ?? { key, name: selection.name.value, node: selection, nodes: [], sets: [] };
      merged.nodes.push(selection);
      if (selection.selectionSet) merged.sets.push(selection.selectionSet);
      found.set(key, merged);
      return;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : document.fragments[selection.name.value];
    if (!fragment || !fits(document, type, fragment)) return;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (open.has(selection.name.value)) return;
      open.add(selection.name.value);
    }
    fragment.selectionSet.selections.forEach(visit);
  };
  sets.forEach((set) => set.selections.forEach(visit));
  return [...found.values()];
}

function isWanted({ variables }: Document, node: SelectionNode): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

function fits(
  { schema }: Document,
  type: GraphQLObjectType,
  fragment: Pick<FragmentDefinitionNode, 'selectionSet'> & { readonly typeCondition?: FragmentDefinitionNode['typeCondition'] | undefined },
): boolean {
  if (!fragment.typeCondition) return true;
  const condition = typeFromAST(schema, fragment.typeCondition);
  if (condition === type) return true;
  return condition !== undefined && isAbstractType(condition) && schema.isSubType(condition, type);
}
