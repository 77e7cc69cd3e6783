/** Every table as an entity. */
import * as directory from './directory.js';
import * as source from './source.js';

export const entities = [...Object.values(directory), ...Object.values(source)];
