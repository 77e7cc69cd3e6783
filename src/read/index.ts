export { createReader, type Reader, type ReadAnswer, type ReadRequest } from './reader.js';
export { openReaders, type Readers } from './flight.js';
export { lookUpConditions, type ConditionsFound } from './conditions.js';
export type { RunInputs } from './statement.js';
export type { Touched } from './touched.js';
export { selectedFields, type Selected } from './selection.js';
