/** Every path to a node that is asked for by a question; what is told unasked is in `path-subscription.ts`. */
import { search } from './path-search.js';
import { caseById, casesByFilter, nodeById, patientById } from './paths-alone.js';
import { grantsToReview, ownGrants } from './paths-grants.js';
import { billsOfClaims, listsOfPatients, listsOfSubjects, subjectsOfCases, timeline } from './paths-nested.js';

export const paths = [
  patientById,
  caseById,
  nodeById,
  casesByFilter,
  search,
  grantsToReview,
  ownGrants,
  listsOfPatients,
  timeline,
  billsOfClaims,
  subjectsOfCases,
  listsOfSubjects,
];
