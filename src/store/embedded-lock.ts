/** One hub per data folder. The lock is a listening socket in Linux's abstract namespace, named for the folder's device
 *  and inode: the kernel takes it away with the process, so a kill -9 leaves nothing stale to clean up, and two hubs that
 *  start in the same instant cannot both have it. Whoever connects is told the holder's process id. */
import { stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { unusable } from './embedded-home.js';

export interface FolderLock {
  release(): Promise<void>;
}

/** A hub that was killed a moment ago may still be on its way out; one that runs stays longer than this. */
const patienceMs = 5_000;

export async function lockFolder(folder: string): Promise<FolderLock> {
  const { dev, ino } = await stat(folder);
  const name = `\0patient-relations-hub/${dev}/${ino}`;
  for (const giveUpAt = performance.now() + patienceMs; ; await pause(100)) {
    const server = createServer((visitor) => {
      visitor.on('error', () => undefined);
      visitor.end(String(process.pid));
    });
    try {
      await listen(server, name);
      server.unref();
      return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    } catch (cause) {
      if (performance.now() < giveUpAt) continue;
      throw unusable(
        `Another hub (process ${await holder(name)}) is using ${folder}. Stop it, or choose another folder with --data.`,
        cause,
      );
    }
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, resolve);
  });
}

async function holder(path: string): Promise<string> {
  const visitor = connect({ path });
  visitor.setTimeout(1_000, () => visitor.destroy());
  return text(visitor).catch(() => 'unknown');
}
