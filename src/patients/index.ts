import { appointmentShape, careTeamMemberShape, conditionShape, encounterShape } from './facts.js';
import { claimShape, coverageShape, paymentShape } from './billing.js';
import {
  codingShape,
  contactPointShape,
  identifierShape,
  patientRecordShape,
  patientShape,
  restrictionShape,
  sourceStatusShape,
  timelineEntryShape,
} from './shape.js';

export { recordsOfSamePerson } from './consents.js';
export { agreementActs, type AgreementActs } from './agreements.js';
export { mayDisclose } from './may-disclose.js';
export { restrictionRecipients, restrictionsOf } from './restrictions.js';
export { whereToReach } from './where-to-reach.js';
export { contactKinds } from './confidential-contacts.js';
export { patientRoots } from './roots.js';
export const patientShapes = [
  patientShape, patientRecordShape, identifierShape, contactPointShape, codingShape, sourceStatusShape, timelineEntryShape, encounterShape,
  appointmentShape, conditionShape, careTeamMemberShape, coverageShape, claimShape, paymentShape, restrictionShape,
]; // prettier-ignore
