/** The sync queue: read a source, link patient records. */
import type { Handlers } from '../src/queue/index.js';
import { linkRange, type StrongIdentifiers } from '../src/identity/index.js';
import { runSource, type RunOrder } from '../src/sync/index.js';
import type { Connector } from '../src/sources/index.js';
import type { SourceId } from '../src/kernel/index.js';

export interface SyncWork extends Pick<RunOrder, 'pool' | 'clock' | 'log' | 'labels' | 'signal' | 'onProgress'> {
  readonly connectors: ReadonlyMap<SourceId, Connector>;
  readonly identifiers: StrongIdentifiers;
}

export function syncHandlers(work: SyncWork): Handlers<'sync'> {
  return {
    pullSource: async ({ sourceId, full }) => {
      const connector = work.connectors.get(sourceId);
      if (!connector) return; // gone from the configuration since it was queued
      const outcome = await runSource({ ...work, source: { id: sourceId, name: connector.source }, connector, full });
      work.log.debug({ source: connector.source, outcome }, 'a run ended');
    },
    linkRange: async (range) => {
      await linkRange(work.pool, range, { rules: work.identifiers, clock: work.clock });
    },
  };
}
