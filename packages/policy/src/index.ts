export {
  type ApproverRefusal,
  approverRefusal,
  countApprovers,
  isEligibleApprover,
} from './approval/is-eligible-approver.ts'
export { type CheckedPolicy, type CheckOptions, checkPolicy, parsePolicy } from './check/check-policy.ts'
export type { ColumnTags } from './compile/classification.ts'
export type { Policy } from './compile/policy.ts'
export { CLEAR, type PolicyDocument, policyDocumentSchema } from './document/policy-document.ts'
export { type PolicyProblem, type ProblemCode, problemCodes } from './document/policy-problem.ts'
export type { ForbidRule, PermitRule, Rule } from './document/rule-schema.ts'
export { type EvaluationRequest, evaluate } from './evaluate/evaluate.ts'
export { type ReasonCode, reasonCatalogue, reasonCodes } from './evaluate/reasons.ts'
