/** How large one request may be, where hub.yaml says nothing. Our own documents stay far below: the largest of them is 8
 *  levels deep, selects 150 fields and costs about 1,000. */
export interface DocumentLimits {
  /** Levels of selections. */
  readonly depth: number;
  /** Fields, fragments opened wherever they stand, over all operations of the document. */
  readonly fields: number;
  /** Fields of Query or Mutation: each is a statement of its own. */
  readonly roots: number;
  readonly aliases: number;
  /** Times that a name is answered again at the same place. */
  readonly repeats: number;
  readonly directives: number;
  readonly tokens: number;
  /** See schema/limits/costs.yaml. */
  readonly cost: number;
}

export const ordinaryLimits: DocumentLimits = {
  depth: 14,
  fields: 1_500,
  roots: 30,
  aliases: 60,
  repeats: 20,
  directives: 50,
  tokens: 5_000,
  cost: 50_000,
};

/** On one node. The language knows two, each of them once. */
export const directivesOnOneNode = 3;
