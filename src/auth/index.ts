export { bearerToken, verifyToken, type TokenRules } from './tokens.js';
export type { ClaimNames } from './claims.js';
export { TokenRefusal, type RefusalReason } from './refusal.js';
export { sessionOf, type Session } from './session.js';
export type { MachineClient } from './machines.js';
export { openIssuer, standardClaims, type DevelopmentIssuer, type TokenRequest } from './development-issuer.js';
export { trustIssuer, type ForeignIssuer, type KeySource } from './foreign-issuer.js';
