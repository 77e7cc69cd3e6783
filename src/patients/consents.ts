/** Whose consents and agreed restrictions bind a row: those on every record that is certainly of the same person, so that one
 *  source's consent holds for what another source says. */

/** Of a person, by SQL for the person's row id. */
export const recordsOfPerson = (person: string): string =>
  `array(select l.patient_record_id from person_link l where l.person_id = ${person} and l.assurance = 'CERTAIN')`;

/** Of whoever a patient record belongs to, and of the record itself where that is not certain. */
export const recordsOfSamePerson = (record: string): string =>
  `(${record} || array(select mate.patient_record_id from person_link own join person_link mate on mate.person_id = own.person_id and mate.assurance = 'CERTAIN'
    where own.patient_record_id = ${record} and own.assurance = 'CERTAIN'))`;
