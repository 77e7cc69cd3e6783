export { buildHubSchema, phiClassOf, printHubSchema } from './schema.js';
export { createApollo } from './server.js';
export { createExecutor, executeInterpreted, type Operation } from './execute.js';
export { formatError } from './errors.js';
export { newTrail, type CaseActs, type OperationContext } from './context.js';
