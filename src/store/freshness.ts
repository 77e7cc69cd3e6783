/** How current the copy of a source is, as SQL over its row (`source` is the row's alias or a shape's `$`): a source that has
 *  not been read through for three of its intervals is stale, one whose circuit is open cannot be reached. */
export const freshnessOf = (source: string): string =>
  `case when ${source}.last_success_at is null then 'NEVER_SYNCED'
    when ${source}.circuit = 'OPEN' then 'UNREACHABLE'
    when ${source}.last_success_at < now() - make_interval(secs => 3 * ${source}.expected_interval_seconds) then 'STALE'
    else 'FRESH' end`;
