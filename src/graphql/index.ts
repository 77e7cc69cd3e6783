export { buildHubSchema, phiClassOf, printHubSchema } from './schema.js';
export { createApollo } from './server.js';
export { createCompiledExecutor, createExecutor, executeInterpreted } from './execute.js';
export { JsonText, type Operation } from './pass-through.js';
export { recurringWords } from './recurring-words.js';
export { formatError } from './errors.js';
export { newTrail, type OperationContext } from './context.js';
export { underPolicyInForce } from './policy-in-force.js';
export type { CaseActs } from '../cases/index.js';
