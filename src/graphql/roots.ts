/** Every root query that a room defines, by its name in the schema: what the resolvers and the pass-through answer. */
import { accessRoots } from '../access/index.js';
import { caseRoots } from '../cases/index.js';
import { directoryRoots } from '../directory/index.js';
import type { RootField } from '../kernel/index.js';
import { patientRoots } from '../patients/index.js';
import { syncRoots } from '../sync/index.js';

export const roots: Readonly<Record<string, RootField>> = {
  ...accessRoots,
  ...caseRoots,
  ...directoryRoots,
  ...patientRoots,
  ...syncRoots,
};
