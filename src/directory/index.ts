export { addressKey } from './address-key.js';
export { parseDirectory, readDirectory } from './seed-file.js';
export type { DepartmentMapSeed, DepartmentSeed, DirectorySeed, FacilitySeed, UserSeed } from './seed-file.js';
export { machineUsers, machineUuid } from './machines.js';
export { uuidOfKey, type DirectoryKind } from './stable-uuid.js';
export { seedDirectory } from './seed.js';
export { unmapped, type UnmappedName } from './department-map.js';
export { openDirectory, type Directory, type DirectoryEntry } from './users.js';
export { departmentShape, directoryRoots, facilityShape, userShape } from './shape.js';
