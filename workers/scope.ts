/** The scope queue: labels across records, under the rules in force. A worker that meets a newer policy reads it, then goes on. */
import type { Pool } from 'pg';
import { relabelRange, renewRange, type LabelRules } from '../src/access/index.js';
import type { Handlers } from '../src/queue/index.js';

export interface ScopeWork {
  readonly pool: Pool;
  readonly labels: {
    current(): { readonly labels: LabelRules; readonly generation: number };
    renew(): Promise<unknown>;
  };
}

export function scopeHandlers({ pool, labels }: ScopeWork): Handlers<'scope'> {
  const underRulesInForce = async (work: (known: ReturnType<ScopeWork['labels']['current']>) => Promise<boolean>): Promise<void> => {
    while (!(await work(labels.current()))) await labels.renew();
  };
  return {
    labelRange: (range) => underRulesInForce((known) => relabelRange(pool, range, known)),
    renewLabels: (range) => underRulesInForce((known) => renewRange(pool, range, known)),
  };
}
