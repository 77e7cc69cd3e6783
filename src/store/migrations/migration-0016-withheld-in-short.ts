/** What a statement says of withheld fields is spelled out by the database: reason, rule and remedy once, with the numbers of the
 *  fields, in place of a row for each. A statement's text is copied at each execution, and more than a quarter of a large one was these rows. */
import { Migration } from '@mikro-orm/migrations';

export class WithheldInShort extends Migration {
  override up(): void {
    this.addSql(`
      drop function withheld_rows(text, jsonb, boolean[]);
      -- Groups are [row as JSON text with "%field%" for the field, numbers of names, number of the condition that fails, numbers of those
      -- that hold before it]: the rows of which the condition fails. With constants only it is worked out when the statement is planned.
      create function withheld_rows(always text, names text[], groups jsonb, holds boolean[]) returns json
        language sql immutable set search_path = hub, pg_temp as $$
        select ('[' || concat_ws(',', nullif(always, ''), string_agg(replace(g->>0, '%field%', names[i::int]), ',' order by i::int)) || ']')::json
          from jsonb_array_elements(groups) g cross join lateral jsonb_array_elements_text(g->1) i
         where holds[(g->>2)::int] is not true
           and not exists (select from jsonb_array_elements_text(g->3) before where holds[before::int] is not true)
      $$;
      revoke all on function withheld_rows(text, text[], jsonb, boolean[]) from public;
      grant execute on function withheld_rows(text, text[], jsonb, boolean[]) to hub_gateway, hub_worker;
    `);
  }
}
