/** The scope queue: labels across records. */
import type { Pool } from 'pg';
import { relabelRange, type LabelRules } from '../src/access/index.js';
import type { Handlers } from '../src/queue/index.js';

export function scopeHandlers({ pool, labels }: { readonly pool: Pool; readonly labels: LabelRules }): Handlers<'scope'> {
  return { labelRange: (range) => relabelRange(pool, range, labels) };
}
