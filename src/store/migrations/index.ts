/** Every migration, in order. A list, not a folder to search: what is compiled in is what runs. */
import { AgreementsWithPatients } from './migration-0013-agreements-with-patients.js';
import { AccessAndClocks } from './migration-0004-access-and-clocks.js';
import { BreakGlass } from './migration-0007-break-glass.js';
import { Audit } from './migration-0008-audit.js';
import { Cases } from './migration-0003-cases.js';
import { Changes } from './migration-0011-changes.js';
import { LabelsByName } from './migration-0018-labels-by-name.js';
import { NamesInParts } from './migration-0012-names-in-parts.js';
import { PolicyGenerations } from './migration-0006-policy-generations.js';
import { RecordsAndFacts } from './migration-0002-records-and-facts.js';
import { RemindersSentAtOnce } from './migration-0014-reminders-sent-at-once.js';
import { Security } from './migration-0005-security.js';
import { SecurityByKey } from './migration-0017-security-by-key.js';
import { SourcesAndDirectory } from './migration-0001-sources-and-directory.js';
import { TheDoor } from './migration-0010-the-door.js';
import { UserAddresses } from './migration-0015-user-addresses.js';
import { WithheldInShort } from './migration-0016-withheld-in-short.js';

export const migrations = [
  { name: 'migration-0001-sources-and-directory', class: SourcesAndDirectory },
  { name: 'migration-0002-records-and-facts', class: RecordsAndFacts },
  { name: 'migration-0003-cases', class: Cases },
  { name: 'migration-0004-access-and-clocks', class: AccessAndClocks },
  { name: 'migration-0005-security', class: Security },
  { name: 'migration-0006-policy-generations', class: PolicyGenerations },
  { name: 'migration-0007-break-glass', class: BreakGlass },
  { name: 'migration-0008-audit', class: Audit },
  { name: 'migration-0010-the-door', class: TheDoor },
  { name: 'migration-0011-changes', class: Changes },
  { name: 'migration-0012-names-in-parts', class: NamesInParts },
  { name: 'migration-0013-agreements-with-patients', class: AgreementsWithPatients },
  { name: 'migration-0014-reminders-sent-at-once', class: RemindersSentAtOnce },
  { name: 'migration-0015-user-addresses', class: UserAddresses },
  { name: 'migration-0016-withheld-in-short', class: WithheldInShort },
  { name: 'migration-0017-security-by-key', class: SecurityByKey },
  { name: 'migration-0018-labels-by-name', class: LabelsByName },
];
