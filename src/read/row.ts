/** One row of a shape within a statement: its alias, the columns and joins that are really used, and the policy's conditions
 *  on it. Snippets of shapes are turned into SQL here, so nothing is named in the statement that nobody asked for. */
import { phiClasses, type PhiClass, type Shape } from '../kernel/index.js';
import type { Plan, RowCondition } from '../access/index.js';
import { Agreed } from './agreed.js';
import type { Site } from './site.js';
import type { Statement } from './statement.js';
import { quote } from './withheld.js';

export interface RowContext {
  readonly statement: Statement;
  readonly plan: Plan;
  readonly parent: Row | null;
  /** Conditions that hold for every row here, because the list that holds them asked for them. */
  readonly holds?: readonly string[];
  /** What may be shown was decided where the rows were chosen (the arms of a timeline). */
  readonly decided?: boolean;
  /** The row is the same person's as the parent's. */
  readonly samePerson?: boolean | string;
}

interface UsedJoin {
  readonly alias: string;
  readonly columns: Set<string>;
}

export class Row {
  readonly columns = new Set<string>();
  readonly joins = new Map<string, UsedJoin>();
  readonly #conditions = new Map<RowCondition, string>();
  readonly #relationAlias: string;
  #chosenByConditions = false;
  readonly #together = new Map<string, string>();
  readonly #togetherAlias: string;
  /** Columns of the rows' own select that say whether a row is blind in a class. */
  readonly blinds = new Map<string, string>();
  readonly alias: string;
  readonly parent: Row | null;
  readonly decided: boolean;
  /** By what consents and restrictions it is bound. */
  readonly agreed: Agreed;
  readonly holds: ReadonlySet<string>;
  /** Where the audit entry for this row is prepared, if one is owed. */
  site: Site | null = null;
  readonly #context: RowContext;

  constructor(
    readonly shape: Shape,
    context: RowContext,
  ) {
    this.#context = context;
    this.parent = context.parent;
    this.decided = context.decided ?? false;
    this.alias = context.statement.alias('x');
    this.#relationAlias = context.statement.alias('rel');
    this.#togetherAlias = context.statement.alias('all');
    this.agreed = new Agreed(this, context);
    this.holds = new Set([...(context.parent?.holds ?? []), ...(context.holds ?? [])]);
  }

  /** A snippet with its marks replaced. `values` gives `:name` parameters that are not the viewer's. */
  sql(snippet: string, values: Readonly<Record<string, string>> = {}): string {
    return snippet
      .replace(/(\^?)\$@(\w+)\.(\w+)|\^@(\w+)\.(\w+)/g, (_, up: string, join: string, col: string, upJoin: string, upCol: string) =>
        up || upJoin ? this.#up().joined(upJoin ?? join, upCol ?? col) : this.joined(join, col),
      )
      .replace(/\^\.(\w+)/g, (_, col: string) => this.#up().column(col))
      .replace(/\$\.(\w+)/g, (_, col: string) => this.column(col))
      .replace(/(?<!:):([a-z]\w*)/g, (mark, name: string) => {
        const value = values[name] ?? this.#ofPlan(name) ?? this.#context.statement.viewerParameter(name);
        if (value === null) throw new Error(`shape ${this.shape.type}: unknown parameter ${mark}`);
        return value;
      });
  }

  /** What is the same for every viewer of the plan stands in the statement as it is: `:masked` is the viewer's mask, `:labels`
   *  the names of the labels on this row; `:refused`, `:blind` and the like are what consents withhold. */
  #ofPlan(name: string): string | null {
    const { plan } = this.#context;
    switch (name) {
      case 'masked':
        return String(plan.masked);
      case 'daysAfterClosing':
        return String(plan.daysAfterClosing);
      case 'role':
      case 'purpose':
        return `${quote(plan[name])}::text`;
      case 'capabilities':
        return `array_to_json(array[${plan.capabilities.map(quote).join(', ')}]::text[])`;
      case 'labels':
        return this.#labels();
      case 'consent':
        return `${quote(plan.consent.argument)}::jsonb`;
      case 'refused':
        return this.agreed.denials()?.refusedAnywhere() ?? '0';
      case 'blind':
        return `(${plan.masked} | ${this.agreed.denials()?.refusedAnywhere() ?? '0'})`;
      default: {
        const inClass = phiClasses.find((phi) => name === `refused_${phi}`);
        return inClass ? (this.agreed.denials()?.refusedIn(inClass) ?? '0') : null;
      }
    }
  }

  #labels(): string {
    const { plan } = this.#context;
    const mask = this.column('label_mask');
    const shown = plan.labels.filter(({ bit }) => ((1 << bit) & plan.hidden) === 0);
    const list = (of: readonly (string | number)[]): string => quote(`{${of.join(',')}}`);
    const bits = shown.map(({ bit }) => 1 << bit);
    const any = bits.reduce((mask, bit) => mask | bit, 0);
    // Nothing is worked out for the many rows that carry none.
    return `case when ${mask} & ${any} = 0 then '[]'::json else label_names(${mask}, ${list(bits)}, ${list(shown.map(({ name }) => name))}) end`;
  }

  column(name: string): string {
    this.columns.add(name);
    return `${this.alias}.${name}`;
  }

  joined(name: string, column: string): string {
    const definition = this.shape.joins?.[name];
    const computed = definition?.from === undefined ? definition?.columns?.[column] : undefined;
    if (computed !== undefined) return `(${this.sql(computed)})`;
    const join = this.joins.get(name) ?? { alias: this.#context.statement.alias(name), columns: new Set<string>() };
    this.joins.set(name, join);
    join.columns.add(column);
    return `${join.alias}.${column}`;
  }

  /** Where the policy's conditions on this row, or on the nearest row above that knows any, hold; null where none is known. */
  holdsWhere(conditions: readonly RowCondition[]): string | null {
    return either(conditions.map((condition) => this.#condition(condition)));
  }

  /** Whether this row, or one above, knows any of the conditions. Asks without naming a column or a parameter. */
  knowsAny(conditions: readonly RowCondition[]): boolean {
    return conditions.some((condition) => this.shape.conditions?.[condition] !== undefined) || (this.parent?.knowsAny(conditions) ?? false);
  }

  /** The same as an expression over the row itself, for predicates that stand before the lateral of conditions. */
  holdsInline(conditions: readonly RowCondition[]): string | null {
    const own = this.#ownConditions();
    if (own === null) return this.parent?.holdsWhere(conditions) ?? null;
    return either(
      conditions.map((condition) =>
        own[condition] === undefined ? null : (this.#notBroken(condition) ?? `(${this.sql(own[condition])})`),
      ),
    );
  }

  /** The same for a few rows that are chosen or sorted by it: the lateral of conditions then stands where they are chosen. */
  holdsWhereChosen(conditions: readonly RowCondition[]): string | null {
    this.#chosenByConditions ||= this.#ownConditions() !== null;
    return this.holdsWhere(conditions);
  }

  /** What stands beside the table where the rows are chosen, and the columns that come of it. */
  get chosenWith(): { readonly lateral: string; readonly columns: readonly string[] } {
    if (!this.#chosenByConditions || this.#conditions.size === 0) return { lateral: '', columns: [] };
    const columns = [...this.#conditions.keys()].map((name) => `${this.#relationAlias}.${name} as is_${name}`);
    return { lateral: ` ${this.#conditionsLateral()}`, columns };
  }

  /** `offset 0` keeps the planner from working them out once per mention. */
  #conditionsLateral(): string {
    const conditions = [...this.#conditions].map(([name, sql]) => `coalesce((${sql}), false) as ${name}`);
    return `cross join lateral (select ${conditions.join(', ')} offset 0) ${this.#relationAlias}`;
  }

  #conditionsAsChosen(): string {
    const columns = [...this.#conditions.keys()].map((name) => `${this.alias}.is_${name} as ${name}`);
    return `cross join lateral (select ${columns.join(', ')}) ${this.#relationAlias}`;
  }

  /** Where a broken glass alone opens what these conditions open; null where it opens nothing. */
  openedByGlass(conditions: readonly RowCondition[]): string | null {
    const glass = conditions.includes('glass') && this.#context.statement.plain === null ? this.holdsWhere(['glass']) : null;
    const others = this.holdsWhere(conditions.filter((condition) => condition !== 'glass'));
    return glass === null || others === null ? glass : `(${glass} and not ${others})`;
  }

  /** Where a row's content is withheld because of its labels, by the policy or by a consent; null where no label can do that. */
  blind(phi: PhiClass | undefined): string | null {
    const { plan } = this.#context;
    const byPolicy = plan.masked === 0 ? null : `${this.alias}.masked`;
    if (phi === undefined) return byPolicy;
    if (this.decided) return this.column('blind');
    const denials = this.agreed.denials();
    if (denials === null) return byPolicy;
    const sql = `(${this.column('label_mask')} & (${plan.masked} | ${denials.refusedIn(phi)})) <> 0`;
    if (this.agreed.owns(denials)) return this.together(sql);
    this.blinds.set(`blind_${phi.toLowerCase()}`, sql);
    return `${this.alias}.blind_${phi.toLowerCase()}`;
  }

  /** A condition worked out once for this row, however often it is mentioned: every mention of an expression has its price. */
  together(sql: string): string {
    const known = this.#together.get(sql) ?? `c${this.#together.size}`;
    this.#together.set(sql, known);
    return `${this.#togetherAlias}.${known}`;
  }

  /** The nearest row at which all is known that these conditions and the person's denials speak of: whoever knows a part of it
   *  stands above this row, so the nearest of them will do. */
  whereKnown(conditions: readonly RowCondition[]): Row | null {
    const denials = this.agreed.denials();
    return this.#owner((row) => row.agreed.owns(denials) || conditions.some((one) => row.#conditions.has(one)));
  }

  #owner(is: (row: Row) => boolean): Row | null {
    if (is(this)) return this;
    return this.parent === null ? null : this.parent.#owner(is);
  }

  /** A plain statement takes no glass to be broken. */
  #notBroken(condition: RowCondition): string | null {
    const { plain } = this.#context.statement;
    if (condition !== 'glass' || plain === null) return null;
    plain.asksForGlass();
    return 'false';
  }

  #condition(condition: RowCondition): string | null {
    const own = this.#ownConditions();
    if (own === null) return this.parent?.holdsWhere([condition]) ?? null;
    const sql = own[condition];
    if (sql === undefined) return null;
    const notBroken = this.#notBroken(condition);
    if (notBroken !== null) return notBroken;
    if (!this.#conditions.has(condition)) this.#conditions.set(condition, this.sql(sql));
    return `${this.#relationAlias}.${condition}`;
  }

  /** No row above knows conditions: this one asks what its shape asks alone. */
  get standsAlone(): boolean {
    return this.shape.conditions === undefined && this.shape.conditionsAlone !== undefined && this.#ownConditions() !== null;
  }

  /** A shape that knows conditions is asked for no others: what holds for the row above it opens nothing here. One that
   *  usually stands below such a row knows its own where it stands alone. Null: to be asked above. */
  #ownConditions(): Readonly<Record<string, string>> | null {
    if (this.shape.conditions) return this.shape.conditions;
    return this.parent?.knowsConditions() ? null : (this.shape.conditionsAlone ?? null);
  }

  knowsConditions(): boolean {
    return this.#ownConditions() !== null || (this.parent?.knowsConditions() ?? false);
  }

  /** Laterals for the conditions and joins in use. */
  sources(): string {
    const joins = this.#joinsInOrder(); // may use columns, not conditions
    const conditions = this.#chosenByConditions ? this.#conditionsAsChosen() : this.#conditionsLateral();
    const relation = this.#conditions.size > 0 ? [conditions] : [];
    const consents = this.agreed.lateral(); // last: joins may ask for columns of it, too
    const together = [...this.#together].map(([sql, name]) => `${sql} as ${name}`);
    const all = together.length > 0 ? [`cross join lateral (select ${together.join(', ')} offset 0) ${this.#togetherAlias}`] : [];
    return [...relation, ...consents, ...all, ...joins].join('\n');
  }

  /** A join may stand on another of the same row: that one comes first, with the columns that are then known to be used. */
  #joinsInOrder(): string[] {
    for (const [name, used] of this.joins) this.#joinSql(name, used);
    const ordered = new Map<string, string>();
    const place = (name: string, used: UsedJoin): void => {
      const join = this.shape.joins?.[name];
      const snippets = join?.from ? [join.from, ...[...used.columns].flatMap((column) => join.columns?.[column] ?? [])] : [];
      for (const [other, usedToo] of this.joins) {
        if (other !== name && !ordered.has(other) && snippets.some((snippet) => snippet.includes(`$@${other}.`))) place(other, usedToo);
      }
      if (!ordered.has(name)) ordered.set(name, this.#joinSql(name, used));
    };
    for (const [name, used] of this.joins) place(name, used);
    return [...ordered.values()];
  }

  #joinSql(name: string, used: UsedJoin): string {
    const join = this.shape.joins?.[name];
    if (join?.from === undefined) throw new Error(`shape ${this.shape.type}: unknown join ${name}`);
    const columns = [...used.columns].map((column) => {
      const sql = join.columns ? join.columns[column] : `j.${column}`;
      if (sql === undefined) throw new Error(`shape ${this.shape.type}: join ${name} has no column ${column}`);
      return `${this.sql(sql)} as ${column}`;
    });
    return `left join lateral (select ${columns.join(', ')} from ${this.sql(join.from)}${join.columns ? ' offset 0' : ''}) ${used.alias} on true`;
  }

  #up(): Row {
    if (!this.parent) throw new Error(`shape ${this.shape.type}: ^ used where there is no parent row`);
    return this.parent;
  }
}

function either(known: readonly (string | null)[]): string | null {
  const all = known.filter((sql) => sql !== null);
  const some = all.filter((sql) => sql !== 'false');
  if (some.length === 0) return all[0] ?? null;
  return some.length === 1 ? (some[0] ?? null) : `(${some.join(' or ')})`;
}
