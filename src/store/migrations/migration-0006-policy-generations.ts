/** The policy in force lives in the database: each generation with the texts it was made of, when it was applied and by whom.
 *  Generations are only added, never changed. What a generation asks to be labelled anew is kept range by range until it is
 *  done, so that progress can be told and a range is done once. Places carry labels of their own: what kind of place it is
 *  may tell as much as its name. */
import { Migration } from '@mikro-orm/migrations';

export class PolicyGenerations extends Migration {
  override up(): void {
    this.addSql(`
      create table policy_generation (
        generation int primary key,
        digest text not null,
        -- Name of each file under schema/policy and its text.
        files jsonb not null,
        applied_at timestamptz not null,
        applied_by text not null
      );
      -- Digest of the files that the last start found: a start does not undo what was applied by hand since.
      alter table policy_state add start_digest text, add refused_at timestamptz, add refused_by text, add refusal text;
      create table relabel_range (
        generation int not null,
        table_name text not null,
        from_id bigint not null,
        to_id bigint not null,
        done_at timestamptz,
        primary key (generation, table_name, from_id)
      );
      alter table source_name add label_codes text[] not null default '{}', add own_mask int not null default 0;
      create index source_name_lower_name_idx on source_name (lower(name));

      grant select on policy_generation, relabel_range to hub_gateway;
      grant select, insert on policy_generation to hub_worker;
      grant select, insert, update, delete on relabel_range to hub_worker;
    `);
  }
}
