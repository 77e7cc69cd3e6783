export * from './errors.js';
export * from './clock.js';
export * from './log.js';
export * from './ids.js';
export * from './jobs.js';
export * from './viewer.js';
export * from './shape.js';
export * from './package-root.js';
