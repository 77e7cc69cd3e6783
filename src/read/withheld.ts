/** The `withheld` list of one object: what plan or row withheld, listed by schema name, only if it was selected. What role or
 *  purpose denies is a constant of the plan; what the row decides is a CASE over constants. */
import type { Withholding } from '../access/index.js';
import type { Selected } from './selection.js';

interface Conditional {
  readonly field: string;
  readonly why: Withholding;
  /** SQL: listed where it does not hold. */
  readonly unless: string;
}

export class WithheldList {
  readonly always = new Map<string, Withholding>();
  readonly #conditional: Conditional[] = [];

  add(field: string, why: Withholding, unless: string | null = null): void {
    if (unless === null) this.always.set(field, why);
    else if (!this.#conditional.some((known) => known.field === field && known.unless === unless))
      this.#conditional.push({ field, why, unless });
  }

  /** SQL for the list as JSON, with the keys that were selected, in the order in which the fields were. */
  sql(selected: readonly Selected[]): string {
    const always = rows([...this.always], selected);
    const conditions = [...new Set(this.#conditional.map(({ unless }) => unless))];
    const [only, ...more] = conditions;
    if (only === undefined) return `${quote(`[${always}]`)}::json`;
    const texts = this.#runs().map(({ unless, fields }) => ({ unless, text: rows(fields, selected) }));
    if (more.length === 0) {
      const all = [always, ...texts.map(({ text }) => text)].filter(Boolean).join(',');
      return `case when ${only} then ${quote(`[${always}]`)}::json else ${quote(`[${all}]`)}::json end`;
    }
    // Nearly always nothing is withheld by the row: then the list is a constant, and no text has to be read as JSON.
    const parts = [
      always ? quote(always) : 'null',
      ...texts.map(({ unless, text }) => `case when not (${unless}) then ${quote(text)} end`),
    ];
    return `case when ${conditions.join(' and ')} then ${quote(`[${always}]`)}::json else ('[' || concat_ws(',', ${parts.join(', ')}) || ']')::json end`;
  }

  /** Neighbours under one condition, together. */
  #runs(): { readonly unless: string; readonly fields: [string, Withholding][] }[] {
    const runs: { unless: string; fields: [string, Withholding][] }[] = [];
    for (const { field, why, unless } of this.#conditional) {
      const last = runs.at(-1);
      if (last?.unless === unless) last.fields.push([field, why]);
      else runs.push({ unless, fields: [[field, why]] });
    }
    return runs;
  }
}

function rows(fields: readonly (readonly [string, Withholding])[], selected: readonly Selected[]): string {
  return fields
    .map(([field, why]) => {
      const row: Record<string, string | null> = { __typename: 'Withheld', field, reason: why.reason, rule: why.rule, remedy: why.remedy };
      return JSON.stringify(Object.fromEntries(selected.map(({ key, name }) => [key, row[name] ?? null])));
    })
    .join(',');
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
