/** The jobs that changed rows ask for: patient records are linked to persons, facts are labelled and joined. One job a
 *  range of ids, and never one a record. Pure. */
import { idRanges, type JobRequest, requestJob } from '../../kernel/index.js';

export function followUps(changed: ReadonlyMap<string, readonly string[]>, generation: number): JobRequest[] {
  return [...changed].flatMap(([table, ids]): JobRequest[] =>
    idRanges(ids).map((range) =>
      table === 'patient_record' ? requestJob('linkRange', range) : requestJob('labelRange', { table, ...range, generation }),
    ),
  );
}
