export { setAsideShape, sourceShape, syncRoots, syncRunShape } from './shape.js';
export { firstSyncDone, type FirstSync, type SourceProgress } from './first-sync.js';
export { runSource, type RunOrder, type RunOutcome, type RunProgress } from './run.js';
export { queueDueSources, queueInterrupted, queueSource } from './schedule.js';
