/** What hangs on a case and is reached by its id alone: it asks what the case itself would ask. */
import { glassBrokenFor, grantUidFor, personOfRecord, sharesCase } from '../access/index.js';
import type { PhiClass, Shape } from '../kernel/index.js';
import { recordsOfSamePerson } from '../patients/index.js';

const itsCase = (predicate: string): string => `exists (select 1 from case_file c where c.id = $.case_id and ${predicate})`;
const ofCase = (column: string): string => `(select ${column} from case_file c where c.id = $.case_id)`;
const person = personOfRecord(ofCase('c.patient_record_id'));

/** @param asks the class under which the case shows such rows; null: they are what a case shows to everybody, masked or not */
export function onCase(asks: PhiClass | null) {
  return {
    conditionsAlone: { related: itsCase(sharesCase('c')), facility: itsCase('c.facility_id = :facility'), glass: glassBrokenFor(person) },
    consentsAlone: recordsOfSamePerson(ofCase('c.patient_record_id')),
    grant: grantUidFor(person),
    alone: {
      requires: 'READ_CASES',
      // A masked case shows nothing of what was said in it.
      where: itsCase(asks === null ? 'true' : '(c.label_mask & :masked) = 0'),
      ...(asks === null ? {} : { asks }),
      touches: { as: 'case', person: `(select p.uid from person p where p.id = ${person})`, case: ofCase('c.uid'), gate: 'NARRATIVE' },
    },
  } as const satisfies Pick<Shape, 'conditionsAlone' | 'consentsAlone' | 'grant' | 'alone'>;
}
