import { type Catalog, parseOnce, SnowfenceError } from '@snowfence/core'
import { type ColumnTags, columnTagsOf } from '../compile/column-tags.ts'
import { compilePolicy, type Policy } from '../compile/policy.ts'
import { policyDocumentSchema } from '../document/policy-document.ts'
import type { PolicyProblem } from '../document/policy-problem.ts'
import { readYaml } from '../document/read-yaml.ts'
import { shapeFindings } from '../document/shape-findings.ts'
import { documentChecks } from './document-checks.ts'
import type { PolicySetup } from './obligation-check.ts'
import { readPolicyParts } from './policy-parts.ts'

export interface CheckOptions {
  /** What exists: with it, unknown tables and columns and masks that cannot apply to a column's type are found. */
  readonly catalog?: Catalog
  /**
   * Snowflake tags by column; those of the catalogue when absent. A policy that classifies by tag shows nothing that
   * nobody listed while they are unknown.
   */
  readonly columnTags?: ColumnTags
  /** What can be kept where the policy is loaded: with it, an obligation that cannot be kept is an error. */
  readonly setup?: PolicySetup
}

export interface CheckedPolicy {
  /** Null when there is an error among the problems. */
  readonly policy: Policy | null
  /** In the order of the text. */
  readonly problems: readonly PolicyProblem[]
}

/** Reads a policy's YAML text and tells everything that is wrong with it at once, each with its place. */
export const checkPolicy = (text: string, options: CheckOptions = {}): CheckedPolicy => {
  const yaml = readYaml(text)
  if (yaml.problems.length > 0) return { policy: null, problems: yaml.problems }
  const shape = policyDocumentSchema.safeParse(yaml.data, parseOnce)
  // The parts that can be read are searched for wrong references even where another part has a wrong shape.
  const parts = readPolicyParts(yaml.data)
  const findings = [
    ...(shape.success ? [] : shapeFindings(shape.error)),
    ...documentChecks.flatMap((check) => check(parts, options)),
  ]
  const problems = findings.map((finding) => yaml.locate(finding)).sort(byPlace)
  const failed = problems.some(({ severity }) => severity === 'error')
  return {
    policy: failed || !shape.success ? null : compilePolicy(text, shape.data, tagsOf(options)),
    problems,
  }
}

/**
 * Reads a policy's YAML text and makes it ready to decide.
 *
 * @throws SnowfenceError `ERR_POLICY_INVALID` with every problem in `details.problems`.
 */
export const parsePolicy = (text: string, options: CheckOptions = {}): Policy => {
  const { policy, problems } = checkPolicy(text, options)
  if (policy !== null) return policy
  const errors = problems.filter(({ severity }) => severity === 'error')
  const first = errors[0]!
  throw new SnowfenceError('ERR_POLICY_INVALID', {
    message: `the policy is not valid: ${first.message} (line ${first.line}, column ${first.column})${
      errors.length > 1 ? `, and ${errors.length - 1} more` : ''
    }`,
    details: { problems },
  })
}

const tagsOf = ({ catalog, columnTags }: CheckOptions): ColumnTags | undefined =>
  columnTags ?? (catalog === undefined ? undefined : columnTagsOf(catalog))

const byPlace = (left: PolicyProblem, right: PolicyProblem): number =>
  left.line - right.line || left.column - right.column
