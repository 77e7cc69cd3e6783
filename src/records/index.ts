export * from './records.js';
export * from './message.js';
