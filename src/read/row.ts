/** One row of a shape within a statement: its alias, the columns and joins that are really used, and the policy's conditions
 *  on it. Snippets of shapes are turned into SQL here, so nothing is named in the statement that nobody asked for. */
import { phiClasses, type PhiClass, type Shape } from '../kernel/index.js';
import type { Plan, RowCondition } from '../access/index.js';
import { deniedSql, refusedAnywhere, refusedIn } from './denials.js';
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
  readonly samePerson?: boolean;
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
  readonly #consentAlias: string;
  #denied: string | null = null;
  readonly alias: string;
  readonly parent: Row | null;
  readonly decided: boolean;
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
    this.#consentAlias = context.statement.alias('con');
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

  /** `:masked` is the viewer's mask, `:labels` the names of the labels on this row; the rest is what consents withhold. */
  #ofPlan(name: string): string | null {
    const { plan } = this.#context;
    if (name === 'masked') return String(plan.masked);
    if (name === 'consent') return `${quote(plan.consent.argument)}::jsonb`;
    if (name === 'refused') return this.#refused();
    if (name === 'blind') return `(${plan.masked} | ${this.#refused()})`;
    const inClass = phiClasses.find((phi) => name === `refused_${phi}`);
    if (inClass) return refusedIn(this.denied(), inClass);
    if (name !== 'labels') return null;
    const mask = this.column('label_mask');
    const shown = plan.labels.filter(({ bit }) => ((1 << bit) & plan.hidden) === 0);
    return `array_remove(array[${shown.map((label) => `case when (${mask} & ${1 << label.bit}) <> 0 then '${label.name}' end`).join(', ')}]::text[], null)`;
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

  /** Where the policy's conditions on this row, or on the nearest row above that knows them, hold; null where none is known. */
  holdsWhere(conditions: readonly RowCondition[]): string | null {
    const known = conditions.map((condition) => this.#condition(condition)).filter((sql) => sql !== null);
    if (known.length === 0) return null;
    return known.length === 1 ? (known[0] ?? null) : `(${known.join(' or ')})`;
  }

  /** The same as an expression over the row itself, for predicates that stand before the lateral of conditions. */
  holdsInline(conditions: readonly RowCondition[]): string | null {
    const known = conditions
      .map((condition) =>
        this.shape.conditions?.[condition] !== undefined
          ? `(${this.sql(this.shape.conditions[condition])})`
          : (this.parent?.holdsWhere([condition]) ?? null),
      )
      .filter((sql) => sql !== null);
    return known.length === 0 ? null : `(${known.join(' or ')})`;
  }

  /** What the person's consents and restrictions deny this viewer (denials.ts): SQL, null where nothing is, worked out once a
   *  person in a lateral of the row that knows whose it is. Null where no row does. */
  denied(): string | null {
    const above = this.shape.consents === undefined || this.#context.samePerson ? (this.parent?.denied() ?? null) : null;
    const records = this.#records();
    if (above !== null || records === null) return above;
    this.#denied ??= this.sql(deniedSql(records));
    return `${this.#consentAlias}.d`;
  }

  /** The same for predicates that stand before the row's own laterals. */
  deniedInline(): string | null {
    const above = this.shape.consents === undefined || this.#context.samePerson ? (this.parent?.denied() ?? null) : null;
    const records = this.#records();
    return above ?? (records === null ? null : this.sql(deniedSql(records)));
  }

  /** Whether a consent denies this row because of its labels, though not the class as a whole. */
  refused(phi: PhiClass): string {
    if (this.decided) return this.column('refused');
    const denied = this.denied();
    return denied === null ? 'false' : `(${denied} is not null and (${refusedIn(denied, phi)} & ${this.column('label_mask')}) <> 0)`;
  }

  #records(): string | null {
    return this.shape.consents ?? this.shape.consentsAlone ?? null;
  }

  #refused(): string {
    const denied = this.denied();
    if (denied === null) return '0';
    return this.#denied === null ? refusedAnywhere(denied) : `${this.#consentAlias}.l`;
  }

  #condition(condition: RowCondition): string | null {
    const above = this.shape.conditions?.[condition] === undefined ? (this.parent?.holdsWhere([condition]) ?? null) : null;
    const own = this.shape.conditions?.[condition] ?? (above === null ? this.shape.conditionsAlone?.[condition] : undefined);
    if (own === undefined) return above;
    if (!this.#conditions.has(condition)) this.#conditions.set(condition, this.sql(own));
    return `${this.#relationAlias}.${condition}`;
  }

  /** Laterals for the conditions and joins in use. `offset 0` keeps the planner from working them out once per mention. */
  sources(): string {
    const joins = this.#joinsInOrder(); // may use columns, not conditions
    const conditions = [...this.#conditions].map(([name, sql]) => `coalesce((${sql}), false) as ${name}`);
    const relation = conditions.length > 0 ? [`cross join lateral (select ${conditions.join(', ')} offset 0) ${this.#relationAlias}`] : [];
    const consents =
      this.#denied === null
        ? []
        : [
            `cross join lateral (select d, ${refusedAnywhere('d')} as l from (select ${this.#denied} as d offset 0) d0 offset 0) ${this.#consentAlias}`,
          ];
    return [...relation, ...consents, ...joins].join('\n');
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
