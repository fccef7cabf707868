import type { GovernedOptions } from '../connection/connection-options.ts'
import { identity } from '../identity/identity.ts'
import type { IdentitySource } from '../identity/identity-source.ts'
import { type Environment, readAuthority, requiredVariable } from './check-environment.ts'

const identityOf = (environment: Environment): IdentitySource => {
  const { SNOWFENCE_IDENTITY_TOKEN_FILE: file, SNOWFENCE_GITHUB_AUDIENCE: audience } = environment
  if (file) return identity.fromFile(file)
  if (audience) return identity.fromGitHubActions({ audience })
  requiredVariable(environment, 'SNOWFENCE_IDENTITY_TOKEN')
  return identity.fromEnv('SNOWFENCE_IDENTITY_TOKEN')
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
  const brokerCa = readAuthority(environment)
  return {
    broker: requiredVariable(environment, 'SNOWFENCE_BROKER'),
    ...(brokerCa === undefined ? {} : { brokerCa }),
    identity: identityOf(environment),
    purpose: requiredVariable(environment, 'SNOWFENCE_PURPOSE'),
    agent: {
      id: requiredVariable(environment, 'SNOWFENCE_AGENT_ID'),
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
