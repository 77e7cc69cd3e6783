/** The names of a row's labels, of those that a viewer is told: one expression in a statement in place of one for each label, and
 *  nothing to work out for the many rows that carry none. */
import { Migration } from '@mikro-orm/migrations';

export class LabelsByName extends Migration {
  override up(): void {
    this.addSql(`
      create function label_names(mask int, bits int[], names text[]) returns json language sql immutable set search_path = hub, pg_temp as $$
        select coalesce(json_agg(name order by place), '[]') from unnest(bits, names) with ordinality as label(bit, name, place) where mask & bit <> 0
      $$;
      revoke all on function label_names(int, int[], text[]) from public;
      grant execute on function label_names(int, int[], text[]) to hub_gateway, hub_worker;
    `);
  }
}
