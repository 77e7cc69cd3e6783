/** How values are written on the wire, in SQL: both execution paths then agree, and no decimal passes through a float. */
import type { ColumnAs } from '../kernel/index.js';
import { quote } from './withheld.js';

export function onTheWire(sql: string, as: ColumnAs): string {
  if (typeof as === 'object') return `${quote(`${as.id}_`)} || ${sql}`;
  switch (as) {
    case 'instant':
      return `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'date':
      return `to_char(${sql}, 'YYYY-MM-DD')`;
    case 'decimal':
      return `(${sql})::text`;
    case 'plain':
      return sql;
  }
}

/** PostgreSQL takes 100 arguments for a call: 50 pairs. A wider object is joined from parts. */
const pairsPerCall = 50;

export function jsonObject(pairs: readonly (readonly [key: string, sql: string])[]): string {
  const call = (name: string, part: typeof pairs): string => `${name}(${part.map(([key, sql]) => `${quote(key)}, ${sql}`).join(', ')})`;
  if (pairs.length <= pairsPerCall) return call('json_build_object', pairs);
  const parts: string[] = [];
  for (let at = 0; at < pairs.length; at += pairsPerCall) parts.push(call('jsonb_build_object', pairs.slice(at, at + pairsPerCall)));
  return `(${parts.join(' || ')})::json`;
}
