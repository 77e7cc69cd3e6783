export { bearerToken, verifyToken, type ClaimNames, type TokenRules } from './tokens.js';
export { openIssuer, standardClaims, type DevelopmentIssuer, type TokenRequest } from './development-issuer.js';
export { trustIssuer, type ForeignIssuer, type KeySource } from './foreign-issuer.js';
