/** The subject of a row that may be one of several types: an id and a type name cost nothing; where more of a member is
 *  selected, each member type is one lateral, and the row's own word says which of them is its. */
import { isObjectType } from 'graphql';
import { one, type MemberField } from '../kernel/index.js';
import type { Compilation, FieldAt, Nested, Verdict } from './compile-row.js';
import { jsonObject } from './json.js';
import { shapeOf, type Shapes } from './rows.js';
import { selectedFields } from './selection.js';
import { quote } from './withheld.js';

export interface MemberAt extends FieldAt {
  readonly field: MemberField;
  readonly shapes: Shapes;
}

export function compileMember(compilation: Compilation, at: MemberAt, verdict: Verdict): Nested {
  if (!verdict.shown) return { sql: 'null' };
  const { row, selected, field } = at;
  const { document } = compilation;
  const cases: string[] = [];
  const nested: Nested[] = [];
  for (const member of field.members) {
    const type = document.schema.getType(member);
    if (!isObjectType(type)) continue; // not in the schema yet
    const fields = selectedFields(document, type, selected.sets);
    if (fields.every(({ name }) => name === 'id' || name === '__typename')) {
      const id = `${quote(`${shapeOf(at.shapes, member).tag}_`)} || ${row.column('uid')}`;
      cases.push(
        `when ${quote(member)} then ${jsonObject([['__typename', quote(member)], ...fields.filter(({ key }) => key !== '__typename').map(({ key, name }): [string, string] => [key, name === 'id' ? id : quote(member)])])}`,
      );
    } else {
      const on = `^.typename = ${quote(member)} and $.uid = ^.uid`;
      const made = compilation.relations(compilation, { row, type: at.type, target: type, selected, field: one(member, { on }) }, verdict);
      nested.push(made);
      cases.push(`when ${quote(member)} then ${made.sql}`);
    }
  }
  const lateral = nested.flatMap((made) => made.lateral ?? []).join('\n');
  const touched = nested.flatMap((made) => made.touched ?? []);
  const masked = nested.flatMap((made) => made.masked ?? []);
  return {
    sql: `case ${row.column('typename')} ${cases.join(' ')} end`,
    ...(lateral ? { lateral } : {}),
    ...(touched.length > 0 ? { touched: `json_build_array(${touched.join(', ')})` } : {}),
    ...(masked.length > 0 ? { masked: `(${masked.map((sql) => `coalesce(${sql}, 0)`).join(' | ')})` } : {}),
  };
}
