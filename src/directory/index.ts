export { parseDirectory, readDirectory } from './seed-file.js';
export type { DepartmentMapSeed, DepartmentSeed, DirectorySeed, FacilitySeed, UserSeed } from './seed-file.js';
export { uuidOfKey, type DirectoryKind } from './stable-uuid.js';
