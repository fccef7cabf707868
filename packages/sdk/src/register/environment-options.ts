import { readFileSync } from 'node:fs'
import { SnowfenceError } from '@snowfence/core'
import type { GovernedOptions } from '../connection/connection-options.ts'
import { identity } from '../identity/identity.ts'
import type { IdentitySource } from '../identity/identity-source.ts'

type Environment = Readonly<Record<string, string | undefined>>

const required = (environment: Environment, name: string, what: string): string => {
  const value = environment[name]
  if (value) return value
  throw new SnowfenceError('ERR_OPTION_REFUSED', {
    message: `\`${name}\` is not set, so the program cannot be governed and does not start`,
    hint: `set ${name} to ${what}`,
  })
}

const identityOf = (environment: Environment): IdentitySource => {
  const { SNOWFENCE_IDENTITY_TOKEN_FILE: file, SNOWFENCE_GITHUB_AUDIENCE: audience } = environment
  if (file) return identity.fromFile(file)
  if (audience) return identity.fromGitHubActions({ audience })
  required(
    environment,
    'SNOWFENCE_IDENTITY_TOKEN',
    'an identity token, or SNOWFENCE_IDENTITY_TOKEN_FILE to its file',
  )
  return identity.fromEnv('SNOWFENCE_IDENTITY_TOKEN')
}

const authorityOf = (environment: Environment): Pick<GovernedOptions, 'brokerCa'> => {
  const file = environment.SNOWFENCE_BROKER_CA_FILE
  if (!file) return {}
  try {
    return { brokerCa: readFileSync(file, 'utf8') }
  } catch (cause) {
    throw new SnowfenceError('ERR_OPTION_REFUSED', {
      message: `the file \`${file}\` of \`SNOWFENCE_BROKER_CA_FILE\` could not be read, so the program does not start`,
      hint: 'set SNOWFENCE_BROKER_CA_FILE to the certificate authority of the broker, in PEM',
      cause,
    })
  }
}

/**
 * The options of every connection of a governed program, from `SNOWFENCE_*` variables.
 *
 * @throws SnowfenceError ERR_OPTION_REFUSED naming the variable that is missing, or whose file cannot be read
 */
export const readEnvironmentOptions = (environment: Environment): GovernedOptions => {
  const optional = (member: string, name: string): Record<string, string> => {
    const value = environment[name]
    return value ? { [member]: value } : {}
  }
  return {
    broker: required(environment, 'SNOWFENCE_BROKER', 'the address of the broker'),
    ...authorityOf(environment),
    identity: identityOf(environment),
    purpose: required(environment, 'SNOWFENCE_PURPOSE', 'the purpose of use, such as TREAT'),
    agent: {
      id: required(environment, 'SNOWFENCE_AGENT_ID', 'the name of the program'),
      ...optional('name', 'SNOWFENCE_AGENT_NAME'),
      ...optional('version', 'SNOWFENCE_AGENT_VERSION'),
      ...optional('model', 'SNOWFENCE_AGENT_MODEL'),
      ...optional('task', 'SNOWFENCE_AGENT_TASK'),
      ...optional('conversationId', 'SNOWFENCE_CONVERSATION_ID'),
    },
    ...(environment.SNOWFENCE_ON_APPROVAL === 'throw' ? { onApproval: 'throw' } : {}),
    ...(environment.SNOWFENCE_FAST_PATH === 'off' ? { fastPath: false } : {}),
  }
}
