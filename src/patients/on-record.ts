/** A fact that hangs on a patient record and is reached by its id alone: it asks what the lists of its patient ask, the class
 *  of the list among it, and leads to the patient by a certain link only. */
import { atFacilityOf, glassBrokenFor, grantUidFor, personOfRecord, relatedTo } from '../access/index.js';
import type { PhiClass, Shape } from '../kernel/index.js';
import { recordsOfSamePerson } from './consents.js';

const person = personOfRecord('$.patient_record_id');

/** @param asks the class of the list of the patient that holds such rows
 *  @param more what else leads to the row */
export function onRecord(asks: PhiClass, more?: string): Pick<Shape, 'conditionsAlone' | 'consentsAlone' | 'grant' | 'alone'> {
  return {
    conditionsAlone: { related: relatedTo(person), facility: atFacilityOf(person), glass: glassBrokenFor(person) },
    consentsAlone: recordsOfSamePerson('$.patient_record_id'),
    grant: grantUidFor(person),
    alone: {
      requires: 'READ_IDENTITY',
      asks,
      where: `${person} is not null${more ? ` and (${more})` : ''}`,
      touches: { as: 'person', person: `(select p.uid from person p where p.id = ${person})` },
    },
  };
}
