/** Every migration, in order. A list, not a folder to search: what is compiled in is what runs. */
import { AgreementsWithPatients } from './migration-0009-agreements-with-patients.js';
import { AccessAndClocks } from './migration-0004-access-and-clocks.js';
import { Cases } from './migration-0003-cases.js';
import { RecordsAndFacts } from './migration-0002-records-and-facts.js';
import { Security } from './migration-0005-security.js';
import { SourcesAndDirectory } from './migration-0001-sources-and-directory.js';

export const migrations = [
  { name: 'migration-0001-sources-and-directory', class: SourcesAndDirectory },
  { name: 'migration-0002-records-and-facts', class: RecordsAndFacts },
  { name: 'migration-0003-cases', class: Cases },
  { name: 'migration-0004-access-and-clocks', class: AccessAndClocks },
  { name: 'migration-0005-security', class: Security },
  { name: 'migration-0009-agreements-with-patients', class: AgreementsWithPatients },
];
