/** The same question about what is not there: every id, word and number in it is one that nobody has. */
import type { Path } from './path.js';
import type { Viewer } from './reference.js';
import type { Room } from './room.js';

export type Json = Record<string, unknown>;
export interface Question {
  readonly document: string;
  readonly variables: Json;
}

export const madeUp = <T>(asked: T): T =>
  JSON.parse(
    JSON.stringify(asked)
      .replace(/[0-9a-f]{8}(?=-0000-4000-8000-)/g, 'ffffffff')
      .replace(/zq\d+z/g, 'zq999999z')
      .replace(/555(\)? ?)\d{6,7}/g, '555$19999999')
      .replace(/Zz[a-z]+/g, 'Zznobody'),
  ) as T;

/** What a path asks about these nodes, and the answer. */
export async function overheard(
  room: Room,
  path: Path,
  of: { readonly viewer: Viewer; readonly numbers: readonly number[] },
): Promise<Question & { readonly data: Json }> {
  let heard: (Question & { readonly data: Json }) | undefined;
  const listening: Room = {
    ...room,
    ask: async (viewer, document, variables = {}) => {
      const data = await room.ask(viewer, document, variables);
      heard = { document, variables, data };
      return data;
    },
  };
  await path.ask(listening, of.viewer, of.numbers.map((n, twist) => ({ n, twist }))); // prettier-ignore
  if (!heard) throw new Error(`${path.name} asked nothing`);
  return heard;
}

/** Variables `v0`, `v1` ... of those parts of an answer `n0`, `n1` ... that hold nothing, in place of the others. */
export function ofNothing({ variables, data }: Question & { readonly data: Json }): Json | null {
  const empty = Object.keys(variables).filter((name) => isNothing(data[name.replace('v', 'n')]));
  if (empty.length === 0) return null;
  return Object.fromEntries(Object.keys(variables).map((name, at) => [name, variables[empty[at % empty.length]!]]));
}
function isNothing(value: unknown): boolean {
  if (value === null) return true;
  const { nodes } = value as { nodes?: unknown[] };
  return nodes !== undefined && nodes.length === 0;
}
