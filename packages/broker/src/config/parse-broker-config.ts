import { SnowfenceError } from '@snowfence/core'
import { nearest } from '@snowfence/policy'
import type { z } from 'zod'
import { type BrokerConfig, brokerConfigSchema } from './broker-config.ts'
import { knownFields } from './known-fields.ts'

const nameOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`,
    '',
  )

/** What is wrong, with the field that an unknown one most likely was to be. */
const messageOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const known = knownFields(brokerConfigSchema, issue.path)
  const meant = issue.keys.flatMap((key) => nearest(key, known) ?? [])
  return meant.length === 0
    ? issue.message
    : `${issue.message}; did you mean ${meant.map((name) => `\`${name}\``).join(', ')}?`
}

/**
 * Checks a configuration and fills in the defaults.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID` with every problem at once in `details.problems`. Values are
 * not repeated in it: one of them can be a password.
 */
export const parseBrokerConfig = (input: unknown): BrokerConfig => {
  const result = brokerConfigSchema.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => ({
    field: nameOf(issue.path),
    message: messageOf(issue),
  }))
  const listed = problems.map(
    ({ field, message }) => `${field === '' ? 'the document' : `\`${field}\``}: ${message}`,
  )
  throw new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
    message: `the broker configuration is not valid: ${listed.join('; ')}`,
    details: { problems },
  })
}
