export {
  type ApproverRefusal,
  approverRefusal,
  isEligibleApprover,
  type Reviewer,
} from './approval/is-eligible-approver.ts'
export {
  countPeople,
  foldPersonName,
  isSamePerson,
  type PersonIdentity,
} from './approval/person-identity.ts'
export { type CheckedPolicy, type CheckOptions, checkPolicy, parsePolicy } from './check/check-policy.ts'
export { nearest } from './check/nearest.ts'
export type { PolicySetup } from './check/obligation-check.ts'
export { type ColumnTags, columnTagsOf } from './compile/column-tags.ts'
export type { Policy } from './compile/policy.ts'
export { diffPolicies, type PolicyDifference, type RecordedStatement } from './diff/diff-policies.ts'
export { CLEAR, type PolicyDocument, policyDocumentSchema } from './document/policy-document.ts'
export { policyJsonSchema } from './document/policy-json-schema.ts'
export { type PolicyProblem, type ProblemCode, problemCodes } from './document/policy-problem.ts'
export type { ForbidRule, PermitRule, Rule } from './document/rule-schema.ts'
export { type EvaluationRequest, evaluate } from './evaluate/evaluate.ts'
export { type ReasonCode, reasonCatalogue, reasonCodes } from './evaluate/reasons.ts'
export { type Explanation, explainDecision } from './explain/explain-decision.ts'
export { printMask } from './explain/print-mask.ts'
export { remedyInWords, renderDecision } from './explain/render-decision.ts'
export {
  type PolicyExpectation,
  type PolicyTest,
  type PolicyTestSuite,
  type ReadPolicyTests,
  readPolicyTests,
} from './policy-tests/policy-test-suite.ts'
export {
  type PolicyTestOptions,
  type PolicyTestReport,
  type PolicyTestResult,
  runPolicyTests,
} from './policy-tests/run-policy-tests.ts'
