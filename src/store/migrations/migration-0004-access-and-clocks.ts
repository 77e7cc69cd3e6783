/** The policy in force, the business clock and the audit chain. */
import { Migration } from '@mikro-orm/migrations';

export class AccessAndClocks extends Migration {
  override up(): void {
    this.addSql(`
      create table policy_state (
        one boolean primary key default true check (one),
        generation int not null,
        digest text not null,
        applied_at timestamptz not null
      );
      create table business_clock (
        one boolean primary key default true check (one),
        offset_ms bigint not null default 0
      );
      insert into business_clock default values;
      create table audit_entry (
        seq bigint primary key,
        uid uuid not null unique,
        at timestamptz not null,
        request_id text not null,
        user_uid uuid,
        system text,
        role text,
        purpose text not null,
        token_id text,
        action text not null,
        operation text,
        person_uid uuid,
        case_uid uuid,
        phi_classes text[] not null default '{}',
        outcome text not null,
        withheld_fields text[] not null default '{}',
        hash bytea not null
      );
      create index on audit_entry (person_uid, at desc);
      create index on audit_entry (user_uid, at desc);
      create table audit_head (
        one boolean primary key default true check (one),
        seq bigint not null,
        hash bytea not null
      );
      insert into audit_head (seq, hash) values (0, '\\x00');
    `);
  }
}
