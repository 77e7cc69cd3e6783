/** The sync queue: read a source, link patient records. */
import type { Handlers } from '../src/queue/index.js';
import { linkRange, type StrongIdentifiers } from '../src/identity/index.js';
import { runSource, type RunOrder } from '../src/sync/index.js';
import type { Connector } from '../src/sources/index.js';
import { HubError, type SourceId } from '../src/kernel/index.js';

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
      // A reading of what is new can be left to the one under way; one of everything was asked for by a person.
      if (outcome === 'BUSY' && full)
        throw new HubError('CONFLICT', 'Another reading of this source is under way; the full one is tried again after it.');
    },
    linkRange: async (range) => {
      await linkRange(work.pool, range, { rules: work.identifiers, clock: work.clock });
    },
  };
}
