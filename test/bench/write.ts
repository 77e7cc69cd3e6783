/** Ingest on a database of its own, fsync on. */
import { rm } from 'node:fs/promises';
import { silentLog } from '../../src/kernel/index.js';
import { migrate, roleUrls, startEmbeddedPostgres } from '../../src/store/index.js';
import { benchFolder } from './folder.js';
import { benchIngest } from './ingest.js';

const passwords = { gatewayPassword: 'bench', workerPassword: 'bench' };

export async function benchWrite(say: (line: string) => void, patients = 1_000): Promise<void> {
  const dataDir = await benchFolder();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
  try {
    await migrate(postgres.url, passwords);
    const figures = await benchIngest({ url: postgres.url, workerUrl: roleUrls(postgres.url, passwords).worker }, { patients });
    say(
      `ingest: ${figures.rowsPerSecond} typed rows/s, ${figures.ratio.toFixed(2)} of raw unnest (${figures.rawRowsPerSecond}) of the same ${figures.typedRows} typed rows, ` +
        `${figures.documents} documents and outbox rows; all unchanged: ${figures.unchangedDocumentsPerSecond} documents/s`,
    );
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
