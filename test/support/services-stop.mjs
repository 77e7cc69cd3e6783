/** Runs once after all suites, whether they passed or not. A server that was lent gets its template database removed. */
import pg from 'pg';

export default async function stopServices() {
  const lent = process.env.HUB_TEST_DATABASE_URL;
  if (lent) {
    const client = new pg.Client({ connectionString: lent });
    await client.connect();
    await client.query(`drop database if exists hub_template_${process.env.HUB_TEST_RUN} with (force)`);
    await client.end();
  }
  await globalThis.hubTestServices?.stop();
}
