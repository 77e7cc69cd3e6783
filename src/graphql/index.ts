export { buildHubSchema, phiClassOf, printHubSchema } from './schema.js';
export { createApollo } from './server.js';
export { createExecutor, executeInterpreted, type Operation } from './execute.js';
export { recurringWords } from './recurring-words.js';
export { formatError } from './errors.js';
export { newTrail, type OperationContext } from './context.js';
export type { CaseActs } from '../cases/index.js';
export type { AgreementActs } from '../patients/index.js';
