export { migrate, migrationState, schemaDifference, type MigrationState } from './migrate.js';
export { roleUrls, type RolePasswords } from './roles.js';
export { openOrm, type Orm } from './orm.js';
export { inTransaction, openPool, type PoolSettings } from './pool.js';
export { PENDING } from './labels.js';
