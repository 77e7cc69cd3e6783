/** The `withheld` list of one object: what plan or row withheld, listed by schema name, only if it was selected. What role or
 *  purpose denies is a constant of the plan; what the row decides is a CASE over constants. Nearly always nothing is withheld
 *  by the row, or all by one condition (no relation to the case, a masked row); the rest is left to a function of the database,
 *  because a statement pays for every expression that it holds, asked or not. */
import type { Withholding } from '../access/index.js';
import type { Layer } from './layers.js';
import type { Selected } from './selection.js';

interface Conditional {
  readonly field: string;
  /** SQL conditions; the first that does not hold is the reason. */
  readonly layers: readonly Layer[];
}

export class WithheldList {
  readonly always = new Map<string, Withholding>();
  readonly #conditional: Conditional[] = [];

  add(field: string, why: Withholding): void {
    this.always.set(field, why);
  }

  unless(field: string, layers: readonly Layer[]): void {
    // A field may be selected under several names.
    const known = this.#conditional.some((one) => one.field === field && one.layers.every(({ where }, at) => where === layers[at]?.where));
    if (layers.length > 0 && !known) this.#conditional.push({ field, layers });
  }

  /** SQL for the list as JSON, with the keys that were selected, in the order in which the fields were. */
  sql(selected: readonly Selected[]): string {
    const always = rows([...this.always], selected);
    const nothing = `${quote(`[${always}]`)}::json`;
    const conditions = [...new Set(this.#conditional.flatMap(({ layers }) => layers.map(({ where }) => where)))];
    const usual = mostOften(this.#conditional.flatMap(({ layers }) => layers.map(({ where }) => where)));
    if (usual === null) return nothing;
    const fine = [...new Set(this.#conditional.flatMap(({ layers }) => layers.map(({ where, follows }) => follows ?? where)))];
    const withFields = (fields: readonly [string, Withholding][]): string => {
      const spelled = `${quote(`[${[always, rows(fields, selected)].filter(Boolean).join(',')}]`)}::json`;
      const short = inShort(always, fields.map(([field, why]) => ({ field, why, fails: 1, after: [] })), { selected, holds: `'{}'` }); // prettier-ignore
      return short.length < spelled.length ? short : spelled;
    };
    const shared = this.#layersOfAll();
    if (shared) {
      const whens = shared.map(({ where }, at) => {
        const fields = this.#conditional.flatMap(({ field, layers }): [string, Withholding][] => {
          const layer = layers[at];
          return layer ? [[field, layer.why]] : [];
        });
        return `${at === shared.length - 1 ? 'else' : `when not ${where} then`} ${withFields(fields)}`;
      });
      const follow = shared.some(({ follows }) => follows !== undefined) ? `when ${conditions.join(' and ')} then ${nothing} ` : '';
      return `case when ${fine.join(' and ')} then ${nothing} ${follow}${whens.join(' ')} end`;
    }
    const { needed, fields } = this.#withoutOnly(usual);
    const entries = this.#conditional.flatMap(({ field, layers }) =>
      layers.map(({ where, why }, at) => ({
        field,
        why,
        fails: conditions.indexOf(where) + 1,
        after: layers.slice(0, at).map((before) => conditions.indexOf(before.where) + 1),
      })),
    );
    return `case when ${fine.join(' and ')} then ${nothing} when ${[`not ${usual}`, ...needed].join(' and ')} then ${withFields(fields)}
      else ${inShort(always, entries, { selected, holds: `array[${conditions.join(', ')}]` })} end`;
  }

  /** The conditions, where they are the same for every field. */
  #layersOfAll(): readonly Layer[] | null {
    const [first, ...others] = this.#conditional;
    const same = others.every(
      ({ layers }) => layers.length === first?.layers.length && layers.every(({ where }, at) => where === first.layers[at]?.where),
    );
    return first && same ? first.layers : null;
  }

  /** What is withheld where this condition fails and nothing else does that would be the reason. */
  #withoutOnly(condition: string): { readonly needed: readonly string[]; readonly fields: readonly [string, Withholding][] } {
    const needed = new Set<string>();
    const fields = this.#conditional.flatMap(({ field, layers }): [string, Withholding][] => {
      const at = layers.findIndex(({ where }) => where === condition);
      layers.slice(0, at < 0 ? layers.length : at).forEach(({ where, follows }) => needed.add(follows ?? where));
      const layer = layers[at];
      return layer ? [[field, layer.why]] : [];
    });
    return { needed: [...needed], fields };
  }
}

interface Entry {
  readonly field: string;
  readonly why: Withholding;
  /** Numbers of conditions, from 1: the one that does not hold, and those asked before it. */
  readonly fails: number;
  readonly after: readonly number[];
}

/** Spelled out by the database (migration 16): what is said of many fields stands in the statement once. */
function inShort(
  always: string,
  entries: readonly Entry[],
  of: { readonly selected: readonly Selected[]; readonly holds: string },
): string {
  const names = [...new Set(entries.map(({ field }) => field))];
  const groups = new Map<string, { readonly row: string; readonly fields: number[]; readonly fails: number; readonly after: readonly number[] }>(); // prettier-ignore
  for (const { field, why, fails, after } of entries) {
    const row = rows([['%field%', why]], of.selected);
    const key = JSON.stringify([row, fails, after]);
    const group = groups.get(key) ?? { row, fields: [], fails, after };
    group.fields.push(names.indexOf(field) + 1);
    groups.set(key, group);
  }
  const told = [...groups.values()].map(({ row, fields, fails, after }) => [row, fields, fails, after]);
  return `withheld_rows(${quote(always)}, ${quote(`{${names.join(',')}}`)}, ${quote(JSON.stringify(told))}, ${of.holds})`;
}

function mostOften(words: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].reduce<[string | null, number]>((most, one) => (one[1] > most[1] ? one : most), [null, 0])[0];
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
