import { maskKinds } from '@snowfence/core'
import type * as z from 'zod'
import type { Finding } from './policy-problem.ts'

/** What the schema found, one finding for each thing a person would correct. */
export const shapeFindings = (error: z.ZodError): Finding[] =>
  error.issues.flatMap((issue) => findingsOf(issue))

const findingsOf = (issue: z.core.$ZodIssue, parent: readonly PropertyKey[] = []): Finding[] => {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      severity: 'error',
      code: 'unknown-field',
      message: `\`${key}\` is not a field here`,
      hint: 'remove it or correct its spelling; docs/policy.md lists the fields',
      path: [...path, key],
      atKey: true,
    }))
  }
  if (isMaskPath(path)) {
    return [
      {
        severity: 'error',
        code: 'unknown-mask',
        message: 'this is not a mask, or a mask with settings it does not have',
        hint: `write one of ${maskKinds.join(', ')}, or { partial: { keepLast: 4 } } with settings`,
        path,
      },
    ]
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The arm that came furthest is the one the author meant.
    const depth = (arm: readonly z.core.$ZodIssue[]) => Math.max(0, ...arm.map((inner) => inner.path.length))
    const best = issue.errors.reduce((left, right) => (depth(right) > depth(left) ? right : left))
    if (depth(best) > 0) return best.flatMap((inner) => findingsOf(inner, path))
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => wrongForm(inner.message, path, true))
  }
  return [wrongForm(describe(issue), path, false)]
}

const wrongForm = (message: string, path: readonly PropertyKey[], atKey: boolean): Finding => ({
  severity: 'error',
  code: 'wrong-form',
  message: message.charAt(0).toLowerCase() + message.slice(1),
  hint: 'docs/policy.md shows the form of every field',
  path,
  atKey,
})

const describe = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`
  return issue.message
}

/** `classes.X.mask`, `classes.X.functions.F`, `rules[n].masks.X`, or inside one of them. */
const isMaskPath = (path: readonly PropertyKey[]): boolean => {
  const [area, , field, item] = path
  return (
    (area === 'classes' && field === 'mask') ||
    (area === 'classes' && field === 'functions' && typeof item === 'string') ||
    (area === 'rules' && field === 'masks' && item !== undefined)
  )
}
