import { type Digest, digestOf } from '@snowfence/core'
import type { PolicyDocument } from '../document/policy-document.ts'
import { type Classifier, compileClassifier } from './classification.ts'
import type { ColumnTags } from './column-tags.ts'
import { type CompiledRule, compileRule } from './compiled-rule.ts'
import { createRuleIndex, type RuleIndex } from './rule-index.ts'
import { createSpeakingRules } from './speaking-rules.ts'

/** A checked policy, ready to decide. Made by `parsePolicy` and `checkPolicy` only; anything else is refused. */
export interface Policy {
  /** The operator's `revision`, or the head of the digest. Recorded with every decision. */
  readonly version: string
  /** SHA-256 of the document's exact text. */
  readonly digest: Digest
  readonly document: PolicyDocument
}

/** What `evaluate` works on. Never handed out: a policy that was not checked cannot be forged. */
export interface CompiledPolicy {
  readonly policy: Policy
  /** Sorted by id: nothing depends on the order in the document. */
  readonly rules: readonly CompiledRule[]
  readonly index: RuleIndex
  readonly speaking: ReturnType<typeof createSpeakingRules>
  readonly classifier: Classifier
}

const compiledPolicies = new WeakMap<Policy, CompiledPolicy>()

export const compilePolicy = (
  text: string,
  document: PolicyDocument,
  tags: ColumnTags | undefined,
): Policy => {
  const digest = digestOf(text)
  const policy: Policy = Object.freeze({
    version: document.revision ?? digest.slice('sha256:'.length, 'sha256:'.length + 12),
    digest,
    document,
  })
  const rules = document.rules
    .map(compileRule)
    .sort((left, right) => (left.rule.id < right.rule.id ? -1 : left.rule.id > right.rule.id ? 1 : 0))
  compiledPolicies.set(policy, {
    policy,
    rules,
    index: createRuleIndex(rules),
    speaking: createSpeakingRules(rules),
    classifier: compileClassifier(document, tags),
  })
  return policy
}

/** @throws TypeError when the policy was not made by `parsePolicy`. */
export const compiledOf = (policy: Policy): CompiledPolicy => {
  const compiled = compiledPolicies.get(policy)
  if (compiled === undefined) throw new TypeError('a policy is made by parsePolicy or checkPolicy')
  return compiled
}
