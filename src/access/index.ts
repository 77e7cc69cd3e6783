export { readPolicy, type Capability, type Condition, type Label, type Policy } from './policy-file.js';
export { planFor, type Decision, type Plan, type RowCondition, type WithheldReason, type Withholding } from './plan.js';
