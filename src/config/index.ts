export { readConfig, type Settings } from './read-config.js';
export { environmentSettings, type Flags } from './environment.js';
export type {
  AuthConfig,
  ClaimNames,
  FhirFilesSource,
  FhirSource,
  FhirType,
  HubConfig,
  KeySet,
  KeySource,
  LogLevel,
  SourceAuth,
  SourceConfig,
} from './hub-config.js';
