/** Reads a place in an answer whose form the test knows. */
import type { ExecutionResult } from 'graphql';

/** `at(answer, 'patient.encounters.nodes.0.id')`; undefined where there is nothing. */
export function at(answer: ExecutionResult | unknown, path: string): unknown {
  const from: unknown = answer !== null && typeof answer === 'object' && 'data' in answer ? answer.data : answer;
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined), from);
}

export function listAt(answer: ExecutionResult | unknown, path: string): unknown[] {
  const found = at(answer, path);
  if (!Array.isArray(found)) throw new Error(`expected a list at ${path}, found ${JSON.stringify(found)}`);
  return found;
}

export function textAt(answer: ExecutionResult | unknown, path: string): string {
  const found = at(answer, path);
  if (typeof found !== 'string') throw new Error(`expected a text at ${path}, found ${JSON.stringify(found)}`);
  return found;
}

/** Codes of an answer's errors. */
export const codesOf = (answer: ExecutionResult): unknown[] =>
  (answer.errors ?? []).map((error) => error.extensions?.['code'] ?? (error.originalError as { code?: unknown } | undefined)?.code);
