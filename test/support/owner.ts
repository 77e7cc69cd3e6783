/** Looks into a test's database, and changes it, as the one who owns it. */
import pg from 'pg';

export async function asOwner<T extends object = Record<string, unknown>>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=hub -c timezone=UTC' });
  await client.connect();
  try {
    return (await client.query<T>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
