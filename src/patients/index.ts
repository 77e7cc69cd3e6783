import { appointmentShape, careTeamMemberShape, conditionShape, encounterShape } from './facts.js';
import { claimShape, coverageShape, paymentShape } from './billing.js';
import {
  codingShape,
  contactPointShape,
  identifierShape,
  patientRecordShape,
  patientShape,
  sourceStatusShape,
  timelineEntryShape,
} from './shape.js';

export { recordsOfSamePerson } from './consents.js';
export { patientRoots } from './roots.js';
export const patientShapes = [
  patientShape, patientRecordShape, identifierShape, contactPointShape, codingShape, sourceStatusShape, timelineEntryShape, encounterShape,
  appointmentShape, conditionShape, careTeamMemberShape, coverageShape, claimShape, paymentShape,
]; // prettier-ignore
