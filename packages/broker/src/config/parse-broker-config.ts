import { SnowfenceError } from '@snowfence/core'
import { type BrokerConfig, brokerConfigSchema } from './broker-config.ts'

const nameOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`,
    '',
  )

/**
 * Checks a configuration and fills in the defaults.
 *
 * @throws SnowfenceError `ERR_BROKER_CONFIG_INVALID` with every problem at once in `details.problems`. Values are
 * not repeated in it: one of them can be a password.
 */
export const parseBrokerConfig = (input: unknown): BrokerConfig => {
  const result = brokerConfigSchema.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => ({ field: nameOf(issue.path), message: issue.message }))
  const listed = problems.map(
    ({ field, message }) => `${field === '' ? 'the document' : `\`${field}\``}: ${message}`,
  )
  throw new SnowfenceError('ERR_BROKER_CONFIG_INVALID', {
    message: `the broker configuration is not valid: ${listed.join('; ')}`,
    details: { problems },
  })
}
