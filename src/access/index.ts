export { readPolicy, type Capability, type Condition, type Label, type Policy } from './policy-file.js';
export { planFor, type Decision, type Plan, type RowCondition, type WithheldReason, type Withholding } from './plan.js';
export { openAudit, type Audit, type AuditAction, type AuditEntry, type AuditOutcome } from './audit.js';
export { readLabelRules, type LabelRules } from './label-rules.js';
export { labelledTables, queueUnsettled, relabelRange, type LabelledTable, type RowRange } from './labels.js';
export { applyPolicy, generationInForce } from './generation.js';
