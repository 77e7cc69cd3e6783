/** How large a document may be. Each limit answers 4xx in GraphQL shape, without a stack trace. */
import {
  GraphQLError,
  Kind,
  type ASTNode,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

export const maxTokens = 5_000;
const maxDepth = 14;
const maxFields = 1_500;
/** Each is a statement of its own. */
const maxRoots = 30;

interface Size {
  depth: number;
  fields: number;
  roots: number;
}

/** Depth and number of fields, with fragments opened. */
function limitSize(context: ValidationContext): ASTVisitor {
  return {
    [Kind.OPERATION_DEFINITION](node) {
      const size = measure(context, node.selectionSet, { depth: 1, opened: new Set() });
      if (size.depth > maxDepth) refuse(context, node, `The document is ${size.depth} levels deep; ${maxDepth} is the most.`);
      else if (size.fields > maxFields) refuse(context, node, `The document selects more than ${maxFields} fields.`);
      else if (size.roots > maxRoots) refuse(context, node, `The document asks ${size.roots} things at once; ${maxRoots} is the most.`);
    },
  };
}
export const limitRules = [limitSize];

function refuse(context: ValidationContext, node: ASTNode, message: string): void {
  context.reportError(new GraphQLError(message, { nodes: node, extensions: { code: 'LIMIT_EXCEEDED' } }));
}

function measure(
  context: ValidationContext,
  set: SelectionSetNode,
  at: { readonly depth: number; readonly opened: ReadonlySet<string> },
): Size {
  const total: Size = { depth: at.depth, fields: 0, roots: 0 };
  for (const selection of set.selections) {
    let below: Size = { depth: at.depth, fields: 0, roots: 0 };
    if (selection.kind === Kind.FIELD) {
      total.fields += 1;
      if (at.depth === 1) total.roots += 1;
      // What is asked of the schema itself touches no row, and the usual question is deep.
      if (selection.selectionSet && !selection.name.value.startsWith('__'))
        below = measure(context, selection.selectionSet, { ...at, depth: at.depth + 1 });
    } else {
      const opened = new Set(at.opened);
      const fragment: FragmentDefinitionNode | typeof selection | null | undefined =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : context.getFragment(selection.name.value);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (opened.has(selection.name.value)) continue; // a cycle: another rule reports it
        opened.add(selection.name.value);
      }
      if (fragment && 'selectionSet' in fragment && fragment.selectionSet)
        below = measure(context, fragment.selectionSet, { ...at, opened });
    }
    total.fields += below.fields;
    total.roots += below.roots;
    total.depth = Math.max(total.depth, below.depth);
    if (total.fields > maxFields * 2) break; // far enough over the limit to say so
  }
  return total;
}
