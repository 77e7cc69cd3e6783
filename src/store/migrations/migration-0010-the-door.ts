/** What the gateway's door needs to know of others: programs that sign in as themselves have a row in the directory; when a
 *  token was last used stands where every gateway looks (45 CFR 164.312(a)(2)(iii), automatic logoff); and a change of the
 *  directory is told to all who listen, so that whoever is made inactive is out at once. */
import { Migration } from '@mikro-orm/migrations';

export class TheDoor extends Migration {
  override up(): void {
    this.addSql(`
      alter table directory_user add column machine boolean not null default false;
      create table token_use (
        token_key text primary key,
        seen_at timestamptz not null
      );
      create index on token_use (seen_at);
      grant select, insert, update, delete on token_use to hub_gateway;

      create function tell_directory_changed() returns trigger language plpgsql set search_path = hub, pg_temp as $$
      begin
        perform pg_notify('hub_directory', '');
        return null;
      end $$;
      create trigger told after insert or update or delete on directory_user for each statement execute function tell_directory_changed();
      create trigger told after insert or update or delete on user_department for each statement execute function tell_directory_changed();
      create trigger told after insert or update or delete on department for each statement execute function tell_directory_changed();
      create trigger told after insert or update or delete on facility for each statement execute function tell_directory_changed();
    `);
  }
}
