/** A folder of the bench's own. Others may pass through it: as root the database runs under another user, and would else have
 *  to live elsewhere and be left behind. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function benchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  await chmod(folder, 0o711);
  return folder;
}
