export { readPolicy, type Label, type Policy } from './policy-file.js';
export { capabilities, type Capability, type Condition } from './policy-schema.js';
export { planFor, type Decision, type Permission, type Plan, type RowCondition, type WithheldReason, type Withholding } from './plan.js';
export { openAudit, type Audit } from './audit.js';
export {
  appendEntries,
  auditActions,
  auditOutcomes,
  entriesText,
  type AuditAction,
  type AuditEntry,
  type AuditOutcome,
  type Told,
} from './audit-entry.js';
export { readLabelRules, type LabelRules } from './label-rules.js';
export { labelledTables, relabelRange, type LabelledTable, type RowRange } from './labels.js';
export { queueUnsettled } from './unsettled.js';
export { readPolicySet, type PolicySet } from './policy-set.js';
export { conditionWords, explainClass, explainMatch } from './explain.js';
export { describePolicy } from './describe-policy.js';
export type { PolicyTexts } from './policy-texts.js';
export { applyPolicy, recordRefusal, type Applied, type Applying } from './apply-policy.js';
export { openPolicyInForce, type InForce, type PolicyInForce } from './policy-in-force.js';
export { relabelProgress, renewRange, type LabelsKnown, type RelabelProgress } from './relabel.js';
export { atFacilityOf, glassBrokenFor, grantUidFor, inForce, personOfRecord, relatedTo, sharesCase } from './relation.js';
export { grantActs, type GrantActs } from './grant-acts.js';
export type { GrantOutcome } from './grant-outcome.js';
export { grantsAreDue, settleGrants } from './grants-due.js';
export { auditPages } from './audit-pages.js';
export { findRetired, verifyTrail, type Verdict } from './audit-verify.js';
export { keepMonthsReady, retireMonths } from './audit-months.js';
export { readCheckpoints } from './checkpoint-file.js';
export { keyIdOf, type SealKey } from './checkpoints.js';
export { sealTrail } from './seal.js';
export { findSealKey, openSealKey, readPublicKey } from './seal-key.js';
export { auditEventOf } from './audit-event.js';
export { exportTrail, type ExportWanted } from './audit-export.js';
export { accountabilityOf, readDisclosureRules, type DisclosureRules } from './disclosure-rules.js';
export { writeDisclosure } from './disclosures.js';
export { privacyActs, type PrivacyActs } from './privacy-acts.js';
export { earlierRow, patientWith, performOfficeAct, type OfficeContext, type OfficeDeed } from './privacy-act.js';
export { refuseAct, type PrivacyOutcome } from './privacy-outcome.js';
export { accessShapes, purposesOfUse } from './shape.js';
export { accessRoots } from './roots.js';
export { findSnooping } from './find-snooping.js';
export { exemptRoles, readSnoopingRules, snoopingRulesOf } from './snooping-rules.js';
export { accountingFor } from './accounting.js';
