export { readPolicy, type Capability, type Condition, type Label, type Policy } from './policy-file.js';
export { planFor, type Decision, type Plan, type RowCondition, type WithheldReason, type Withholding } from './plan.js';
export { openAudit, type Audit } from './audit.js';
export { appendEntries, entriesText, type AuditAction, type AuditEntry, type AuditOutcome, type Told } from './audit-entry.js';
export { readLabelRules, type LabelRules } from './label-rules.js';
export { labelledTables, queueUnsettled, relabelRange, type LabelledTable, type RowRange } from './labels.js';
export { applyPolicy, generationInForce } from './generation.js';
