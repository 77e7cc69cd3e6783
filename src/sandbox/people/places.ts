/** The invented hospital that all three systems describe, each in its own words: departments, rooms, staff, payers.
 *  The EHR, the scheduling and the billing system name a department differently, as real ones do; only the
 *  directory's source maps know that they mean the same. `Pop-up Vaccine Tent` is in no map on purpose. */
import { at, castDice } from './random.js';
import { namePerson, type PersonName } from './names.js';

export interface Department {
  readonly key: string;
  /** Names per system, and the EHR's code for it. */
  readonly ehr: string;
  readonly scheduling: string;
  readonly billing: string;
  readonly code: string;
  readonly room: string;
  readonly part2?: true;
}

const department = (
  key: string,
  code: string,
  names: readonly [ehr: string, scheduling: string, billing: string, room: string],
): Department => ({ key, code, ehr: names[0], scheduling: names[1], billing: names[2], room: names[3] });

export const departments = {
  emergency: department('emergency', 'ED', ['Emergency Department', 'LGH EMERGENCY', 'Dept 010 Emergency', 'Emergency Bay']),
  medicine: department('medicine', 'MED', ['General Medicine', 'LGH 4 WEST', 'Dept 020 Inpatient Medicine', 'Ward 4 West']),
  surgery: department('surgery', 'SURG', ['Surgery', 'LGH SURGERY CLINIC', 'Dept 030 Surgery', 'Surgery Clinic']),
  orthopedics: department('orthopedics', 'ORTH', ['Orthopedics', 'LGH ORTHO CLINIC', 'Dept 040 Orthopedics', 'Orthopedic Clinic']),
  cardiology: department('cardiology', 'CARD', ['Cardiology', 'LGH HEART CLINIC', 'Dept 050 Cardiology', 'Heart Clinic']),
  primaryCare: department('primaryCare', 'PCP', [
    'Northgate Primary Care',
    'NORTHGATE PRIMARY',
    'Dept 110 Northgate Clinic',
    'Northgate Clinic',
  ]),
  womensHealth: department('womensHealth', 'OBGY', ["Women's Health", 'LGH WOMENS', 'Dept 060 Obstetrics', "Women's Health Clinic"]),
  imaging: department('imaging', 'RAD', ['Imaging', 'LGH IMAGING', 'Dept 070 Radiology', 'Imaging Suite']),
  infectious: department('infectious', 'INF', [
    'Infectious Disease',
    'LGH INFECTIOUS DIS',
    'Dept 080 Infectious Disease',
    'Infectious Disease Clinic',
  ]),
  behavioral: department('behavioral', 'BH', [
    'Behavioral Health',
    'LGH BEHAVIORAL',
    'Dept 090 Behavioral Health',
    'Behavioral Health Clinic',
  ]),
  vaccines: department('vaccines', 'VAX', ['Pop-up Vaccine Tent', 'VACCINE TENT', 'Dept 199 Outreach', 'Vaccine Tent']),
  recovery: {
    ...department('recovery', 'HRP', [
      'Zz Harbor Recovery Program',
      'ZZ HARBOR RECOVERY',
      'Dept 300 Harbor Recovery',
      'Zz Harbor Recovery Program',
    ]),
    part2: true,
  },
} as const satisfies Record<string, Department>;

export const departmentList: readonly Department[] = Object.values(departments);

export interface Clinician {
  readonly index: number;
  readonly npi: string;
  readonly name: PersonName;
  readonly department: Department;
}

/** Two clinicians a department, the same for every seed: the staff is the hospital's, not the people's. */
export const clinicians: readonly Clinician[] = departmentList.flatMap((home, order) =>
  [0, 1].map((second) => {
    const index = order * 2 + second;
    const dice = castDice('clinician', index);
    return {
      index,
      npi: `99990${String(10_000 + index * 37)}`,
      name: namePerson(dice, dice.chance(0.5) ? 'female' : 'male'),
      department: home,
    };
  }),
);

export const cliniciansOf = (home: Department): readonly Clinician[] => clinicians.filter((one) => one.department.key === home.key);

export interface Payer {
  readonly key: string;
  readonly name: string;
  readonly coverageType: readonly [code: string, display: string];
}

export const payers: readonly Payer[] = [
  { key: 'meridian', name: 'Meridian Sample Health Plan', coverageType: ['EHCPOL', 'Employer plan'] },
  { key: 'bluecove', name: 'Blue Cove Mutual', coverageType: ['HIP', 'Health plan'] },
  { key: 'medicare', name: 'Sample Medicare Carrier', coverageType: ['RETIRE', 'Retiree plan'] },
  { key: 'medicaid', name: 'Sample Medicaid Plan', coverageType: ['SUBSIDIZ', 'Subsidized plan'] },
  { key: 'oakfield', name: 'Oakfield Benefits', coverageType: ['EHCPOL', 'Employer plan'] },
];
export const medicare = at(payers, 2);
export const underSixtyFive: readonly Payer[] = payers.filter((one) => one.key !== 'medicare');
