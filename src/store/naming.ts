/** Names as Postgres itself gives them to an unnamed constraint or index, so that the migrations may leave them out. */
import { UnderscoreNamingStrategy } from '@mikro-orm/core';

const suffix = { primary: 'pkey', foreign: 'fkey', unique: 'key', index: 'idx', sequence: 'seq', check: 'check', default: 'default' };

export class PostgresNaming extends UnderscoreNamingStrategy {
  override indexName(tableName: string, columns: string[], type: keyof typeof suffix): string {
    const table = tableName.slice(tableName.indexOf('.') + 1);
    const parts = type === 'primary' ? [table] : [table, ...columns];
    return [...parts, suffix[type]].join('_');
  }
}
