/** Rows that have waited long enough for the labels of others: they are queued to be labelled as they are. */
import type { PoolClient } from 'pg';
import { rangeRows, requestJob, type IdRange } from '../kernel/index.js';
import { PENDING, writeOutbox } from '../store/index.js';
import type { LabelRules } from './label-rules.js';
import { generationNow, labelledTables, places, programsOf, type LabelledTable } from './labels.js';
import * as statements from './label-statements.js';

/** Queues labels for rows that wait for something which no longer comes, and for visits at a program whose name came after
 *  them. Called at the end of a run: a row must not be invisible for ever. @returns the number of ranges */
export async function queueUnsettled(client: PoolClient, rules: LabelRules): Promise<number> {
  let queued = 0;
  for (const table of labelledTables) {
    const ranges = await rangesOf(client, `select id from ${table} where label_mask & ${PENDING} <> 0`, []);
    queued += await queueRanges(client, table, ranges);
  }
  for (const table of ['encounter', 'appointment', 'care_team_member', 'claim', 'adjudication'] as const) {
    const unlabelled = statements.unlabelledAtPlaces(table, places[table]);
    queued += await queueRanges(client, table, await rangesOf(client, unlabelled, programsOf(rules)));
  }
  return queued;
}

/** Ids fall into blocks of a thousand; a block that holds any is one range. */
async function rangesOf(client: PoolClient, ids: string, values: readonly unknown[]): Promise<IdRange[]> {
  const { rows } = await client.query<IdRange>(
    `select min(id)::text as "fromId", max(id)::text as "toId" from (${ids}) x group by id / ${rangeRows} order by min(id)`,
    [...values],
  );
  return rows;
}

async function queueRanges(client: PoolClient, table: LabelledTable, ranges: readonly IdRange[]): Promise<number> {
  if (ranges.length === 0) return 0;
  const generation = await generationNow(client);
  await writeOutbox(
    client,
    ranges.map((range) => requestJob('labelRange', { table, ...range, generation })),
  );
  return ranges.length;
}
