export { migrate, migrationState, schemaDifference, type MigrationState } from './migrate.js';
export { roleUrls, type RolePasswords } from './roles.js';
export { openOrm, type Orm } from './orm.js';
export { inTransaction, openPool, type PoolSettings } from './pool.js';
export { PENDING } from './labels.js';
export { CaseDepartment, CaseEvent, CaseFile, CaseIssue, CaseSubject, Idempotency, Interaction } from './entities/case.js';
export { Department, DirectoryUser, Facility } from './entities/directory.js';
export { Deadline } from './entities/due.js';
export { PatientRecord } from './entities/person.js';
