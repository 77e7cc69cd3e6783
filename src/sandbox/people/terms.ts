/** Codes that the invented records use, each with a short display in our own words: the code lists are licensed,
 *  the words of this file are ours. */
export interface Term {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}
export type Sensitivity = 'PSY' | 'HIV' | 'SUD';

const icd10 = (code: string, display: string): Term => ({ system: 'http://hl7.org/fhir/sid/icd-10-cm', code, display });
const snomed = (code: string, display: string): Term => ({ system: 'http://snomed.info/sct', code, display });

export const commonProblems: readonly Term[] = [
  icd10('I10', 'High blood pressure'),
  icd10('E11.9', 'Type 2 diabetes'),
  icd10('J45.909', 'Asthma'),
  icd10('M54.50', 'Low back pain'),
  icd10('E78.5', 'High blood fats'),
  icd10('K21.9', 'Acid reflux'),
  icd10('M17.11', 'Worn right knee'),
  icd10('G43.909', 'Migraine'),
  icd10('J06.9', 'Cold'),
  icd10('N39.0', 'Urinary infection'),
  icd10('L20.9', 'Eczema'),
  icd10('I48.91', 'Irregular heartbeat'),
  icd10('R07.9', 'Chest pain'),
  icd10('S93.401A', 'Sprained ankle'),
  icd10('J18.9', 'Pneumonia'),
  icd10('D64.9', 'Anemia'),
  icd10('H66.90', 'Ear infection'),
  icd10('R51.9', 'Headache'),
  icd10('Z23', 'Vaccination due'),
  icd10('E03.9', 'Underactive thyroid'),
];
export const sensitiveProblems: Record<Sensitivity, readonly Term[]> = {
  PSY: [icd10('F32.9', 'Depression'), icd10('F41.1', 'Lasting anxiety'), icd10('F32.1', 'Moderate depression')],
  HIV: [icd10('B20', 'HIV disease')],
  SUD: [icd10('F11.20', 'Opioid dependence'), icd10('F11.10', 'Opioid use')],
};

export const visitTypes = {
  AMB: [snomed('185345009', 'Visit for a symptom'), snomed('390906007', 'Follow-up visit'), snomed('162673000', 'General check')],
  VR: [snomed('448337001', 'Video visit')],
  EMER: [snomed('50849002', 'Emergency admission')],
  IMP: [snomed('32485007', 'Hospital stay')],
} as const satisfies Record<string, readonly Term[]>;

export const bookingTypes: readonly Term[] = [
  snomed('11429006', 'Consultation'),
  snomed('390906007', 'Follow-up visit'),
  snomed('162673000', 'General check'),
  snomed('77477000', 'CT scan'),
];

/** HL7's cancellation codes; who cancelled and why. */
export const cancellationReasons: readonly (readonly [code: string, words: string])[] = [
  ['pat-cpp', 'Patient cancelled in the portal'],
  ['pat-fb', 'Patient feels better'],
  ['pat-lt', 'Patient had no transport'],
  ['prov-pers', 'Clinician away'],
  ['prov-hosp', 'Clinician called to the hospital'],
  ['oth-room', 'Room or equipment not available'],
  ['oth-weath', 'Weather'],
];

/** CARC codes with the group that carries them; words ours. */
export interface DenialReason {
  readonly group: 'CO' | 'PR';
  readonly code: string;
  readonly words: string;
}
export const denialReasons: readonly DenialReason[] = [
  { group: 'CO', code: '197', words: 'No prior approval was obtained' },
  { group: 'CO', code: '29', words: 'Sent in after the filing limit' },
  { group: 'CO', code: '16', words: 'Claim lacks information or has errors' },
  { group: 'CO', code: '50', words: 'Payer holds it not medically needed' },
  { group: 'PR', code: '204', words: 'Plan does not cover this service' },
  { group: 'PR', code: '27', words: 'Coverage had ended' },
];

/** Services as billed. Last comes the usual charge in whole currency units. */
export const services = {
  AMB: [
    ['99213', 'Office visit, short', 145],
    ['99214', 'Office visit, longer', 215],
    ['36415', 'Blood draw', 18],
    ['80053', 'Blood chemistry', 64],
  ],
  VR: [['99442', 'Telephone or video visit', 98]],
  EMER: [
    ['99284', 'Emergency visit', 890],
    ['71046', 'Chest picture', 210],
    ['85025', 'Blood count', 42],
  ],
  IMP: [
    ['99223', 'First hospital day', 1240],
    ['99232', 'Hospital day', 640],
    ['70450', 'CT of the head', 1130],
  ],
} as const satisfies Record<string, readonly (readonly [string, string, number])[]>;

export const medicines: readonly Term[] = [
  { system: 'http://hl7.org/fhir/sid/ndc', code: '99999-0101-30', display: 'Blood pressure tablet' },
  { system: 'http://hl7.org/fhir/sid/ndc', code: '99999-0102-30', display: 'Sugar tablet' },
  { system: 'http://hl7.org/fhir/sid/ndc', code: '99999-0103-01', display: 'Inhaler' },
];
