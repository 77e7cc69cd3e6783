/** The schema as the entities say it, as SQL, checked in beside the migrations: a changed entity shows in review. To write
 *  it anew: node --import ./test/support/load-typescript.mjs test/store/schema-snapshot.ts */
import { readFile, writeFile } from 'node:fs/promises';
import { packageRoot } from '../../src/kernel/index.js';
import { ormForOwner } from '../../src/store/orm.js';

const path = `${packageRoot}/src/store/migrations/snapshot.sql`;

/** Needs no database: nothing is asked of it. */
export async function snapshotOfEntities(): Promise<string> {
  const orm = await ormForOwner('postgres://nobody@localhost/none');
  const sql = await orm.schema.getCreateSchemaSQL({ wrap: false });
  await orm.close(true);
  return `${sql.trim()}\n`;
}

export const checkedInSnapshot = (): Promise<string> => readFile(path, 'utf8');

if (process.argv[1]?.endsWith('schema-snapshot.ts')) await writeFile(path, await snapshotOfEntities());
