/** The identity room's door. */
export { linkRange, type Linked } from './link.js';
export { readStrongIdentifiers, type StrongIdentifiers } from './strong-identifiers.js';
export { nameWords } from './normalize.js';
export { contradictions, type Contradiction } from './contradictions.js';
