/** Where the people of the directory live, as a key to compare: for the search for looks that somebody should explain. In a
 *  table of its own, which the gateway's role cannot read. */
import { Migration } from '@mikro-orm/migrations';

export class UserAddresses extends Migration {
  override up(): void {
    this.addSql(`
      create table user_address (
        user_id bigint primary key references directory_user on delete cascade,
        address_key text not null
      );
      grant select, insert, update, delete on user_address to hub_worker;
    `);
  }
}
