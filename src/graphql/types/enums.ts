/** Enums of the API. A value arrives with the work that makes it true. */
import { registerEnumType } from 'type-graphql';
import { auditActions, auditOutcomes, capabilities, purposesOfUse } from '../../access/index.js';
import { phiClasses } from '../../kernel/index.js';
import { contactKinds, restrictionRecipients } from '../../patients/index.js';

function register<const V extends string>(name: string, description: string, values: readonly V[]): Record<V, V> {
  const members = Object.fromEntries(values.map((value) => [value, value])) as Record<V, V>;
  registerEnumType(members, { name, description });
  return members;
}

export const Role = register('Role', 'What a person is here to do; schema/policy says what it may see.', [
  'ADVOCATE',
  'MANAGER',
  'RESPONDER',
  'BILLING_SPECIALIST',
  'ANALYST',
  'INTEGRATION_ENGINEER',
  'PRIVACY_OFFICER',
]);
export const Capability = register('Capability', 'What a role may do at all; schema/policy/roles.yaml gives them.', capabilities);
export const WithheldReason = register('WithheldReason', 'Why something is not shown.', [
  'ROLE',
  'PURPOSE',
  'RELATIONSHIP',
  'SENSITIVITY',
  'CONSENT',
  'RESTRICTION',
]);
export const Freshness = register('Freshness', 'How current the copy of a source is.', ['FRESH', 'STALE', 'UNREACHABLE', 'NEVER_SYNCED']);
export const LinkAssurance = register('LinkAssurance', 'How sure the hub is that a record belongs to the person.', [
  'CERTAIN',
  'PROBABLE',
  'POSSIBLE',
]);
export const ClaimKind = register('ClaimKind', 'HL7 claim-type.', ['INSTITUTIONAL', 'PROFESSIONAL', 'PHARMACY', 'ORAL', 'VISION', 'OTHER']);
export const TimelineKind = register('TimelineKind', 'What a line of time tells of.', [
  'ENCOUNTER',
  'APPOINTMENT',
  'CONDITION',
  'CLAIM',
  'PAYMENT',
  'CASE_OPENED',
]);
export const CaseKind = register('CaseKind', 'What a case is, by the classification rules.', [
  'COMPLAINT',
  'GRIEVANCE',
  'CONCERN',
  'COMPLIMENT',
  'SUGGESTION',
  'INQUIRY',
  'PRIVACY_COMPLAINT',
]);
export const CaseStatus = register('CaseStatus', 'Where a case stands.', [
  'RECEIVED',
  'ACKNOWLEDGED',
  'INVESTIGATING',
  'AWAITING_RESPONSE',
  'RESOLVED',
  'CLOSED',
  'REOPENED',
]);
export const Channel = register('Channel', 'How somebody reached the hospital, or was reached.', [
  'IN_PERSON',
  'PHONE',
  'EMAIL',
  'LETTER',
  'FAX',
  'PORTAL',
  'WEB_FORM',
  'SURVEY',
  'SOCIAL',
  'OTHER',
]);
export const Direction = register('Direction', 'Who turned to whom.', ['INBOUND', 'OUTBOUND', 'INTERNAL']);
export const IssueDomain = register('IssueDomain', "HCAT's three domains, and an extension for what HCAT leaves out.", [
  'CLINICAL',
  'MANAGEMENT',
  'RELATIONSHIP',
  'EXTENSION',
]);
export const IssueCategory = register(
  'IssueCategory',
  "HCAT's seven categories, then the extension. A wait is INSTITUTIONAL_PROCESSES; SCHEDULING is a wrong or lost booking.",
  [
    'QUALITY',
    'SAFETY',
    'ENVIRONMENT',
    'INSTITUTIONAL_PROCESSES',
    'LISTENING',
    'COMMUNICATION',
    'RESPECT_AND_PATIENT_RIGHTS',
    'BILLING',
    'SCHEDULING',
    'PRIVACY',
  ],
);
export const DeadlineStatus = register('DeadlineStatus', 'Where a clock stands.', ['RUNNING', 'MET', 'MISSED', 'EXTENDED', 'WITHDRAWN']);
export const ReminderStatus = register('ReminderStatus', 'Where a reminder stands.', [
  'SCHEDULED',
  'SENT',
  'SNOOZED',
  'DONE',
  'CANCELLED',
  'FAILED',
]);
export const CaseOrder = register('CaseOrder', 'How a list of cases is sorted.', ['NEXT_DEADLINE']);
export const RunState = register('RunState', 'Where a run of a source stands.', [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'DONE',
  'FAILED',
  'CANCELLED',
]);
export const CircuitState = register('CircuitState', 'Whether the hub calls a source: OPEN = it rests after failures.', [
  'CLOSED',
  'OPEN',
  'HALF_OPEN',
]);
export const SetAsideState = register('SetAsideState', 'What became of input that could not be read.', [
  'WAITING',
  'REPLAYED',
  'EXPIRED',
  'DISCARDED',
]);
export const PhiClass = register(
  'PhiClass',
  'The class of protected health information that a field belongs to (45 CFR 164.514(d)(2)).',
  phiClasses,
);
export const PurposeOfUse = register('PurposeOfUse', 'HL7 v3-ActReason purpose of use.', purposesOfUse);
export const AuditAction = register('AuditAction', 'What was done.', auditActions);
export const AuditOutcome = register('AuditOutcome', 'What came of it.', auditOutcomes);
export const AccessReviewState = register('AccessReviewState', 'What a review of access came to.', ['OPEN', 'JUSTIFIED', 'NOT_JUSTIFIED']);
export const StatementKind = register('StatementKind', 'How an agency made its statement; an oral one holds for 30 days.', [
  'WRITTEN',
  'ORAL',
]);
export const RestrictionRecipient = register(
  'RestrictionRecipient',
  'To whom an agreed restriction applies: VIEWERS is the workforce, where the hospital agreed to that.',
  restrictionRecipients,
);
export const ContactKind = register(
  'ContactKind',
  'The means by which a person is reached.',
  contactKinds.map((kind) => kind.toUpperCase() as Uppercase<typeof kind>),
);
