/** All that the hub shows: each room's shapes, handed to the reader and to the schema alike. */
import { accessShapes } from '../access/index.js';
import { caseShapes } from '../cases/index.js';
import { departmentShape, facilityShape, userShape } from '../directory/index.js';
import { buildHubSchema } from '../graphql/index.js';
import type { Shape } from '../kernel/index.js';
import { patientShapes } from '../patients/index.js';
import { reminderShapes } from '../reminders/index.js';
import { setAsideShape, sourceShape, syncRunShape } from '../sync/index.js';

export const hubShapes: readonly Shape[] = [
  ...patientShapes,
  ...caseShapes,
  userShape,
  departmentShape,
  facilityShape,
  sourceShape,
  syncRunShape,
  setAsideShape,
  ...reminderShapes,
  ...accessShapes,
];

export const hubSchema = () => buildHubSchema(hubShapes);
