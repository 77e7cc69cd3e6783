/** How a statement asks what a person's consents and agreed restrictions deny this viewer, and how it reads the answer of the
 *  database's `denials`: for each PHI class the labels whose rows are denied (below zero: every row), then the classes that a
 *  restriction denies; null where nothing is. For a person without either it costs two looks into indexes, once. */
import { phiClasses, type PhiClass } from '../kernel/index.js';
import type { Plan } from '../access/index.js';
import type { Layer } from './layers.js';

const place = (phi: PhiClass): number => phiClasses.indexOf(phi) + 1;
const restricted = phiClasses.length + 1;
const labelsOnly = 1_073_741_823;

/** @param records SQL for the ids of the person's patient records */
export const deniedSql = (records: string): string =>
  `(select case when exists (select from consent_provision k where k.patient_record_id = any(i.ids)) or exists (select from restriction q where q.patient_record_id = any(i.ids))
    then denials(i.ids, :user, :departments, :consent) end from (select ${records} as ids offset 0) i)`;

/** What a class needs on top of the policy: the consents first, then the restrictions. */
export function agreedLayers({ consent }: Plan, denied: string | null, phi: PhiClass): Layer[] {
  if (denied === null) return [];
  const bit = 1 << (place(phi) - 1);
  return [
    { where: `(${denied} is null or (${denied})[${place(phi)}] >= 0)`, why: consent.denied },
    { where: `(${denied} is null or (${denied})[${restricted}] & ${bit} = 0)`, why: consent.restricted },
  ];
}

/** The labels whose rows are denied in a class; 0 where none are. */
export const refusedIn = (denied: string | null, phi: PhiClass): string =>
  denied === null ? '0' : `(coalesce((${denied})[${place(phi)}], 0) & ${labelsOnly})`;
/** The same in whatever class. */
export const refusedAnywhere = (denied: string): string =>
  `case when ${denied} is null then 0 else (${phiClasses.map((phi) => `(${denied})[${place(phi)}]`).join(' | ')}) & ${labelsOnly} end`;
