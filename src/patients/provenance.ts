/** Where a fact comes from and how old it is, the same for every type that hangs on a source. `asOf`: the later of when the
 *  row came and when its source was last read through, for then it was still so. */
import { column, instant, object, type Join, type ObjectField } from '../kernel/index.js';

export const sourceJoin: Join = { from: 'source j where j.id = $.source_id' };

export const provenance: ObjectField = object({
  source: column('$@source.name'),
  asOf: instant('greatest($.ingested_at, $@source.last_success_at)'),
  sourceUpdatedAt: instant('source_updated_at'),
  sourceRecordId: column('source_key'),
});
