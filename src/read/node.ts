/** `node(id)`: anything by its id and nothing else, under the same plan and the same row rules as on the way through its
 *  patient or case. The tag of the id says of which type it is. An id of no type is answered by a statement, too, which
 *  finds nothing: absent, denied and never heard of look alike. */
import { isObjectType, type FieldNode } from 'graphql';
import { byUid, one, type Shape, type TimelineArm } from '../kernel/index.js';
import { compileEntry } from './compile-entry.js';
import { compiled, compileField, mayAsk, rootSelection, type CompileAt, type Compiled } from './roots.js';
import type { Shapes } from './rows.js';

export interface NodeTarget {
  readonly shape: Shape;
  /** A line of time is known by the row that it tells of: the arm of the line, and who may ask for the line. */
  readonly line?: { readonly arm: TimelineArm; readonly of: Shape; readonly requires: string | null };
}

/** Null where no shape has the tag, or none that is reached by its id. */
export function nodeTarget(shapes: Shapes, tag: string | null): NodeTarget | null {
  for (const shape of shapes.values()) {
    if (shape.alone && shape.tag === tag) return { shape };
    for (const field of Object.values(shape.fields)) {
      const entry = field.is === 'timeline' ? shapes.get(field.entry) : undefined;
      if (field.is !== 'timeline' || !entry?.tag || !shape.alone) continue;
      const arm = field.arms.find(({ type }) => `${entry.tag ?? ''}${shapes.get(type)?.tag ?? ''}` === tag);
      const of = arm && shapes.get(arm.type);
      if (arm && of) return { shape: entry, line: { arm, of, requires: shape.alone.requires } };
    }
  }
  return null;
}

/** What tells the statements of two targets apart. */
export const targetName = (target: NodeTarget | null): string => `node ${target?.shape.type ?? ''} ${target?.line?.of.type ?? ''}`;

export function compileNode(at: CompileAt, target: NodeTarget | null, node: FieldNode): Compiled {
  const type = target && at.document.schema.getType(target.shape.type);
  if (!target || !isObjectType(type)) return compiled(at, () => ({ sql: 'null' }), { refused: false });
  const selection = { ...rootSelection(at, node), target: type };
  const { shape, line } = target;
  if (line) {
    const verdict = mayAsk(at, line.requires);
    return compiled(at, (compilation, row) => compileEntry(compilation, { ...selection, row, entry: shape, line }, verdict), {
      refused: !verdict.shown,
    });
  }
  const { requires = null, on = byUid, where, asks } = shape.alone ?? {};
  const field = one(shape.type, { on: where ? `${on} and ${where}` : on, ...(asks ? { asks } : {}) });
  return compileField(at, { ...selection, field }, mayAsk(at, requires));
}
