/** The language in which a room says what it shows and where it lies: pure data, so that `read` can compile exactly what
 *  selection and plan both ask for into one SQL statement. A shape knows no viewer; the plan knows no table.
 *
 *  SQL snippets use four marks: `$.col` a column of this row, `$@j.col` of its join `j`, `^.col` and `^@j.col` the same of
 *  the parent row, and `:name` a parameter (`:user`, `:departments`, `:facility`, of the plan `:role`, `:purpose`, `:capabilities`,
 *  `:masked`, `:labels`, `:daysAfterClosing`, or an argument of the field). Masks of labels are `:masked`
 *  (policy), `:refused` (this person's consents, in any class), `:refused_BILLING` (in that class), `:blind` (policy or consents). */

/** The class of protected health information a field belongs to (45 CFR 164.514(d)(2)(i)(B): categories of PHI). */
export const phiClasses = ['IDENTITY', 'CONTACT', 'DEMOGRAPHIC', 'SCHEDULING', 'CLINICAL', 'COVERAGE', 'BILLING', 'NARRATIVE'] as const;
export type PhiClass = (typeof phiClasses)[number];

/** By what a person may be found with an exact, whole value, even by who may not see that value: the policy's `match` says who. */
export const matchKeys = ['identifier', 'phone'] as const;
export type MatchKey = (typeof matchKeys)[number];

/** How a column is written on the wire: instants in UTC with milliseconds and Z, decimals as strings, ids tagged. */
export type ColumnAs = 'plain' | 'instant' | 'date' | 'decimal' | { readonly id: string };

interface Guarded {
  /** The field carries PHI of this class: nullable in the schema, marked @phi, listed in `withheld` where denied. */
  readonly phi?: PhiClass;
  /** Not PHI itself, but shown only where this class is: a non-null list is then empty. */
  readonly gate?: PhiClass;
  /** True where the value was made from masked rows too: it is then null, and listed as `sensitivity.masked`. */
  readonly spoiltBy?: string;
  /** The same of rows that the person's consent withholds, listed as `consent.denied`. */
  readonly refusedBy?: string;
}
export interface ColumnField extends Guarded {
  readonly is: 'column';
  readonly sql: string;
  readonly as: ColumnAs;
}
/** A value object made of columns of the same row; null where `when` does not hold. */
export interface ObjectField extends Guarded {
  readonly is: 'object';
  readonly fields: Readonly<Record<string, ColumnField>>;
  readonly when?: string;
}
/** Another shape's row or rows. `on` ties them to the parent; `from` replaces the shape's table by another row source. */
export interface RelationField extends Guarded {
  readonly is: 'one' | 'many';
  readonly type: string;
  readonly on: string;
  readonly from?: string;
  readonly order?: string;
  /** Rows are there only where this class is shown, by the conditions on the row itself: a list above has not asked. */
  readonly asks?: PhiClass;
  /** The row is the person of this row, or of the same person: whose consents bind it is known. As SQL: where that is so. */
  readonly samePerson?: true | string;
}
/** How rows of a connection are sorted: `key` never null, `cast` the type it is read back as from a cursor. */
export interface KeysetOrder {
  readonly key: string;
  readonly cast: 'timestamptz' | 'date' | 'int' | 'bigint' | 'text';
  readonly descending: boolean;
  /** The key is of this class: a row that does not show it sorts as if it had none, for order and cursor would tell. Instants and dates only. */
  readonly phi?: PhiClass;
}
/** A predicate added where the named argument (or path into an input, `filter.kinds`) is given and not null. */
export interface ArgumentRule {
  /** SQL with `:value`; for a Boolean without a cast, used where it is true. */
  readonly sql: string;
  /** `boolean`: false asks for something, too. */
  readonly cast?: string;
  /** What the statement is given for the argument's value, e.g. a number's digits. Pure. */
  readonly prepare?: (value: unknown) => unknown;
  /** Reading the argument needs this class: a filter on a withheld field must not tell what is in it. */
  readonly phi?: PhiClass;
  /** A search for a whole value: the policy's `match` says who may find anything by it. */
  readonly match?: MatchKey;
}
export interface ConnectionField extends Guarded {
  readonly is: 'connection';
  readonly type: string;
  readonly on: string;
  readonly from?: string;
  /** By value of the `orderBy` argument; `default` where there is none. */
  readonly orders: Readonly<Record<string, KeysetOrder>>;
  readonly arguments?: Readonly<Record<string, ArgumentRule>>;
  /** The rows are the same person's as the parent: that person's consents need not be asked for again. */
  readonly samePerson?: true;
}
/** One line of time over several shapes that declare `timeline`; `entry` is the shape of a line in it. */
export interface TimelineField extends Guarded {
  readonly is: 'timeline';
  readonly entry: string;
  readonly arms: readonly TimelineArm[];
}
export interface TimelineArm {
  readonly type: string;
  readonly on: string;
  readonly gate: PhiClass;
  /** Conditions on the arm's row where its own shape has none. */
  readonly conditions?: Readonly<Record<string, string>>;
  /** What leads from the row to the owner of the line, where a line of it is reached by its id alone. */
  readonly alone: string;
}
/** The row's own subject, one of several types: the row says which in `typename`, and `tag` and `uid` make its id. */
export interface MemberField extends Guarded {
  readonly is: 'oneOf';
  readonly members: readonly string[];
}
export type Field = ColumnField | ObjectField | RelationField | ConnectionField | TimelineField | MemberField;

/** A row source beside the table. With `columns` it is a lateral of which only the columns in use are computed, once a row;
 *  without `from` its columns are expressions over the row, worked out where they are mentioned. */
export interface Join {
  readonly from?: string;
  readonly columns?: Readonly<Record<string, string>>;
}

/** An audit entry is owed for each row that is answered: `person` is SQL for the uuid of whom it is about, told only where the
 *  class of `gate` is shown; `case` for the uuid of its case, by default the row's own. */
export interface Touches {
  readonly as: 'person' | 'case';
  readonly person: string;
  readonly case?: string;
  readonly gate?: PhiClass;
  /** Where what is shown was decided before the row was chosen: the class that it answers by being there, and where (SQL for
   *  a truth value) that is so because the glass was broken and for no other reason. */
  readonly decided?: { readonly phi: PhiClass; readonly glass: string };
}

/** How a row is reached by its id and nothing else. It shows exactly what it shows below its patient or case: so it asks here
 *  what those would have asked. */
export interface Alone {
  /** As for a root field. */
  readonly requires: string | null;
  /** The row behind `:uid`; by default the one with this uuid. */
  readonly on?: string;
  /** The class of the list in which such rows stand. */
  readonly asks?: PhiClass;
  /** What leads from the patient or case to the row. */
  readonly where?: string;
  /** Where the shape owes no entry because the row above it does. */
  readonly touches?: Touches;
}

export interface Shape {
  readonly type: string;
  readonly table: string;
  /** Tag of its wire ids; absent for value objects. */
  readonly tag?: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly joins?: Readonly<Record<string, Join>>;
  /** Rows that do not exist for anybody, e.g. a person without a record. */
  readonly where?: string;
  /** Facts about this row and the viewer on which the policy's rules may depend, e.g. `related`. */
  readonly conditions?: Readonly<Record<string, string>>;
  /** The same for a row that usually stands below one that knows them: used only where it is shown on its own. */
  readonly conditionsAlone?: Readonly<Record<string, string>>;
  /** Uuid of the break-glass grant by which `conditions.glass`, or `conditionsAlone.glass`, holds. */
  readonly grant?: string;
  /** Absent: no row of it is reached by `node(id)`. */
  readonly alone?: Alone;
  /** Whose consents and agreed restrictions bind the row: SQL for the ids of the person's patient records, over the row's own
   *  columns. A row of a shape without it is bound as the nearest row above that has it. */
  readonly consents?: string;
  /** The same for a row that usually stands below one that knows: used only where it is shown on its own. */
  readonly consentsAlone?: string;
  /** The row carries `label_mask`; where it is masked only these fields remain. */
  readonly labelled?: { readonly keeps: readonly string[] };
  readonly touches?: Touches;
  /** The hub's own note of who looked at what: its times and states are no PHI, only fields with a class are. */
  readonly isRecordOfAccess?: boolean;
  readonly timeline?: { readonly kind: string; readonly at: string; readonly title: string; readonly detail: string };
}

export function shape(type: string, definition: Omit<Shape, 'type'>): Shape {
  return { type, ...definition };
}

type Guard = { phi?: PhiClass; gate?: PhiClass; spoiltBy?: string; refusedBy?: string };
export function column(sql: string, options: Guard & { as?: ColumnAs } = {}): ColumnField {
  const { as = 'plain', ...rest } = options;
  return { is: 'column', sql: /^\w+$/.test(sql) ? `$.${sql}` : sql, as, ...rest };
}
export const instant = (sql: string, options: Guard = {}): ColumnField => column(sql, { ...options, as: 'instant' });
export const date = (sql: string, options: Guard = {}): ColumnField => column(sql, { ...options, as: 'date' });
export const id = (tag: string, sql = 'uid'): ColumnField => column(sql, { as: { id: tag } });
export function object(fields: Record<string, ColumnField>, options: Guard & { when?: string } = {}): ObjectField {
  return { is: 'object', fields, ...options };
}
/** FHIR Coding kept as three columns `<prefix>_system`, `<prefix>_code`, `<prefix>_display`. */
export const coding = (prefix: string, options: Guard = {}): ObjectField =>
  object(
    { system: column(`${prefix}_system`), code: column(`${prefix}_code`), display: column(`${prefix}_display`) },
    { ...options, when: `$.${prefix}_code is not null` },
  );
/** An exact amount with its currency; null where there is no amount. */
export const money = (amount: string, currency: string, options: Guard = {}): ObjectField =>
  object({ amount: column(amount, { as: 'decimal' }), currency: column(currency) }, { ...options, when: `${amount} is not null` });
/** The row with the uuid that is asked for. */
export const byUid = '$.uid = :uid';
export function one(type: string, options: Omit<RelationField, 'is' | 'type'>): RelationField {
  return { is: 'one', type, ...options };
}
export function many(type: string, options: Omit<RelationField, 'is' | 'type'>): RelationField {
  return { is: 'many', type, ...options };
}
export const memberOf = (members: readonly string[], options: Guard = {}): MemberField => ({ is: 'oneOf', members, ...options });
export const timeline = (entry: string, arms: readonly TimelineArm[]): TimelineField => ({ is: 'timeline', entry, arms });
export function connection(type: string, options: Omit<ConnectionField, 'is' | 'type'>): ConnectionField {
  return { is: 'connection', type, ...options };
}

/** A root field as its room declares it: who may ask at all (a capability of the policy), and where the rows are. */
export interface RootField {
  readonly field: RelationField | ConnectionField;
  /** null: open to every role that the policy knows. */
  readonly requires: string | null;
  /** A single object is found by this argument, a wire id with this tag. `:uid` in the field's `on` is its uuid. */
  readonly byId?: { readonly argument: string; readonly tag: string };
  /** A single object is found by this argument as it is: `:name` in the field's `on`. */
  readonly byName?: { readonly argument: string };
  /** Values for `:since` and `:until`, where arguments decide more than a predicate on the row. */
  readonly given?: (args: Readonly<Record<string, unknown>>) => Readonly<Record<'since' | 'until', unknown>>;
  /** What is searched, rather than read: an entry of its own is owed. */
  readonly isSearch?: boolean;
  /** Throws where the arguments ask for too much, e.g. SEARCH_TOO_WIDE. */
  readonly check?: (args: Readonly<Record<string, unknown>>) => void;
}
