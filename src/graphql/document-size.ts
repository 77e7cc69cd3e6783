/** Measures a document before it is validated, and refuses one that is too large: looking at it must not cost more than it
 *  is worth, however its fragments are folded. Each refusal says what was found and what is allowed. Pure. */
import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { HubError } from '../kernel/index.js';
import { directivesOnOneNode, type DocumentLimits } from './limits.js';

interface Size {
  depth: number;
  /** Fields, and spreads of fragments. */
  selections: number;
  roots: number;
  aliases: number;
  repeats: number;
  directives: number;
  directivesOnOne: number;
}

interface Place {
  readonly depth: number;
  /** Fragments that are open here. */
  readonly opened: ReadonlySet<string>;
  /** What is asked of the schema itself touches no row, and the usual question is deep; its depth has a rule of its own. */
  readonly ofSchema: boolean;
}

/** @throws HubError LIMIT_EXCEEDED */
export function expectSize(document: DocumentNode, limits: DocumentLimits): void {
  const size = measure(document, limits);
  const refuse = (found: number, allowed: number, says: (found: string, allowed: string) => string): void => {
    if (found > allowed) throw new HubError('LIMIT_EXCEEDED', says(inWords(found), inWords(allowed)));
  };
  refuse(size.directivesOnOne, directivesOnOneNode, (n, most) => `The document puts ${n} directives on one place; ${most} is the most.`);
  refuse(size.directives, limits.directives, (n, most) => `The document holds ${n} directives; ${most} is the most.`);
  refuse(size.repeats, limits.repeats, (n, most) => `The document asks ${n} times again for what it has asked for; ${most} is the most.`);
  refuse(size.roots, limits.roots, (n, most) => `The document asks ${n} things at once; ${most} is the most.`);
  refuse(size.aliases, limits.aliases, (n, most) => `The document holds ${n} aliases; ${most} is the most.`);
  refuse(size.depth, limits.depth, (n, most) => `The document is ${n} levels deep; ${most} is the most.`);
  refuse(size.selections, limits.fields, (n, most) => `The document selects ${n} fields, or more; ${most} is the most.`);
}

const inWords = (number: number): string => number.toLocaleString('en-US');

function measure(document: DocumentNode, limits: DocumentLimits): Size {
  const size: Size = { depth: 0, selections: 0, roots: 0, aliases: 0, repeats: 0, directives: 0, directivesOnOne: 0 };
  const fragments = fragmentsOf(document);
  // Once it is far over a limit there is nothing more to find out: 2 to the 40 fields fit into 40 fragments.
  const isFarOver = (): boolean => size.selections > limits.fields * 2 || size.depth > limits.depth * 2;

  const enter = (set: SelectionSetNode, at: Place): void => {
    size.depth = Math.max(size.depth, at.depth);
    const answered = new Set<string>();
    for (const selection of set.selections) {
      if (isFarOver()) return;
      size.selections += 1;
      note(selection, at, answered);
      const below = belowOf(selection, at);
      if (below) enter(below.set, below.at);
    }
  };
  const note = (selection: SelectionNode, { depth, ofSchema }: Place, answered: Set<string>): void => {
    noteDirectives(size, selection);
    if (selection.kind !== Kind.FIELD) return;
    const name = selection.alias?.value ?? selection.name.value;
    if (selection.alias) size.aliases += 1;
    if (depth === 1 && !ofSchema) size.roots += 1;
    if (answered.has(name)) size.repeats += 1;
    answered.add(name);
  };
  const belowOf = (selection: SelectionNode, at: Place): { set: SelectionSetNode; at: Place } | null => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return { set: selection.selectionSet, at };
    if (selection.kind === Kind.FIELD) {
      if (!selection.selectionSet) return null;
      const ofSchema = at.ofSchema || selection.name.value.startsWith('__');
      return { set: selection.selectionSet, at: { ...at, ofSchema, depth: ofSchema ? at.depth : at.depth + 1 } };
    }
    const fragment = fragments.get(selection.name.value);
    // A circle is another rule's to report.
    if (!fragment || at.opened.has(fragment.name.value)) return null;
    return { set: fragment.selectionSet, at: { ...at, opened: new Set([...at.opened, fragment.name.value]) } };
  };

  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      noteDirectives(size, definition);
      enter(definition.selectionSet, { depth: 1, opened: new Set(), ofSchema: false });
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) noteDirectives(size, definition);
  }
  return size;
}

function noteDirectives(size: Size, { directives = [] }: { readonly directives?: readonly unknown[] | undefined }): void {
  size.directives += directives.length;
  size.directivesOnOne = Math.max(size.directivesOnOne, directives.length);
}

export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}
