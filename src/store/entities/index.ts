/** Every table as an entity. */
import { AuditEntry, AuditHead, BusinessClock, ChangeNote, PolicyGeneration, PolicyState, RelabelRange, TokenUse } from './access.js';
import { ConfidentialContact, ConsentProvision, Restriction } from './agreements.js';
import { Account, Adjudication, Claim, Coverage, Payment } from './billing.js';
import { CaseDepartment, CaseEvent, CaseFile, CaseIssue, CaseSubject, Idempotency, Interaction } from './case.js';
import { Department, DepartmentMap, DirectoryUser, Facility, UserAddress, UserDepartment } from './directory.js';
import { Deadline, Reminder } from './due.js';
import { Appointment, CareTeamMember, Condition, Encounter } from './facts.js';
import { AccessGrant, GrantRequest } from './grant.js';
import { AccessDay, AccessLook, AccessReview, AccountingSuspension, Disclosure, SnoopingCursor } from './privacy.js';
import { LinkConflict, PatientIdentifier, PatientPhone, PatientRecord, Person, PersonLink } from './person.js';
import { Document, Outbox, SetAside, Source, SourceName, SyncRun } from './source.js';

export const entities = [
  ...[Source, SyncRun, SetAside, Document, Outbox, SourceName],
  ...[Facility, Department, DirectoryUser, UserDepartment, UserAddress, DepartmentMap],
  ...[Person, PatientRecord, PatientIdentifier, PatientPhone, PersonLink, LinkConflict],
  ...[Encounter, Appointment, Condition, CareTeamMember],
  ...[Coverage, Claim, Adjudication, Payment, Account],
  ...[ConsentProvision, Restriction, ConfidentialContact],
  ...[CaseFile, CaseDepartment, CaseIssue, CaseSubject, Interaction, CaseEvent, Idempotency, Deadline, Reminder],
  ...[AccessGrant, GrantRequest],
  ...[PolicyState, PolicyGeneration, RelabelRange, BusinessClock, TokenUse, AuditEntry, AuditHead, ChangeNote],
  ...[Disclosure, AccountingSuspension, AccessDay, AccessLook, SnoopingCursor, AccessReview],
];
