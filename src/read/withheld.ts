/** The `withheld` list of one object: what plan or row withheld, listed by schema name, only if it was selected. What role or
 *  purpose denies is a constant of the plan; what the row decides is a CASE over constants. */
import type { Withholding } from '../access/index.js';
import type { Selected } from './selection.js';

export class WithheldList {
  readonly always = new Map<string, Withholding>();
  readonly unless = new Map<string, Map<string, Withholding>>();

  add(field: string, why: Withholding, unless: string | null = null): void {
    if (unless === null) this.always.set(field, why);
    else this.unless.set(unless, (this.unless.get(unless) ?? new Map<string, Withholding>()).set(field, why));
  }

  /** SQL for the list as JSON, with the keys that were selected. */
  sql(selected: readonly Selected[]): string {
    const always = rows(this.always, selected);
    const parts = [...this.unless].map(([holds, fields]) => ({ holds, text: rows(fields, selected) }));
    const [only, ...more] = parts;
    if (!only) return `${quote(`[${always}]`)}::json`;
    if (more.length === 0) {
      const all = [always, only.text].filter(Boolean).join(',');
      return `case when ${only.holds} then ${quote(`[${always}]`)}::json else ${quote(`[${all}]`)}::json end`;
    }
    // Nearly always nothing is: then the list is a constant, and no text has to be read as JSON.
    const nothing = parts.map(({ holds }) => holds).join(' and ');
    const texts = [always ? quote(always) : 'null', ...parts.map(({ holds, text }) => `case when not (${holds}) then ${quote(text)} end`)];
    return `case when ${nothing} then ${quote(`[${always}]`)}::json else ('[' || concat_ws(',', ${texts.join(', ')}) || ']')::json end`;
  }
}

function rows(fields: ReadonlyMap<string, Withholding>, selected: readonly Selected[]): string {
  return [...fields]
    .map(([field, why]) => {
      const row: Record<string, string | null> = { __typename: 'Withheld', field, reason: why.reason, rule: why.rule, remedy: why.remedy };
      return JSON.stringify(Object.fromEntries(selected.map(({ key, name }) => [key, row[name] ?? null])));
    })
    .join(',');
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
