/** The files of a folder, at any depth, in one order that is the same every time. A file is known to the cursor by a
 *  hash of its path: Synthea names its files after the patients. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface SourceFile {
  readonly path: string;
  readonly id: string;
  /** Changes when the file does. */
  readonly print: string;
  readonly bytes: number;
  readonly lines: boolean;
  readonly gzip: boolean;
}

const readable = /\.(json|ndjson)(\.gz)?$/i;
const idOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 24);

export async function listFiles(root: string): Promise<SourceFile[]> {
  const paths = (await stat(root)).isDirectory() ? await filesUnder(root) : [root];
  const files = await Promise.all(
    paths.map(async (path): Promise<SourceFile | null> => {
      const found = readable.exec(path);
      const about = found ? await stat(path) : null;
      if (!found || about?.isFile() !== true) return null;
      return {
        path,
        id: idOf(relative(root, path)),
        print: `${about.size}-${Math.round(about.mtimeMs)}`,
        bytes: about.size,
        lines: found[1]?.toLowerCase() === 'ndjson',
        gzip: found[2] !== undefined,
      };
    }),
  );
  return files.filter((file) => file !== null);
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.sort((left, right) => (left < right ? -1 : 1));
}
