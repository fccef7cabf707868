import { readFileSync } from 'node:fs'
import { SnowfenceError } from '@snowfence/core/errors'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that a governed program needs, and the values they take. */
const needed = {
  SNOWFENCE_BROKER: 'the address of the broker',
  SNOWFENCE_IDENTITY_TOKEN: 'an identity token, or SNOWFENCE_IDENTITY_TOKEN_FILE to its file',
  SNOWFENCE_PURPOSE: 'the purpose of use, such as TREAT',
  SNOWFENCE_AGENT_ID: 'the name of the program',
} as const

/** @throws SnowfenceError ERR_OPTION_REFUSED when it is not set */
export const requiredVariable = (environment: Environment, name: keyof typeof needed): string => {
  const value = environment[name]
  if (value) return value
  throw new SnowfenceError('ERR_OPTION_REFUSED', {
    message: `\`${name}\` is not set, so the program cannot be governed and does not start`,
    hint: `set ${name} to ${needed[name]}`,
  })
}

/**
 * The certificate authority of the broker in PEM, where a file of it is named.
 *
 * @throws SnowfenceError ERR_OPTION_REFUSED when the file cannot be read
 */
export const readAuthority = ({ SNOWFENCE_BROKER_CA_FILE: file }: Environment): string | undefined => {
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SnowfenceError('ERR_OPTION_REFUSED', {
      message: `the file \`${file}\` of \`SNOWFENCE_BROKER_CA_FILE\` could not be read, so the program does not start`,
      hint: 'set SNOWFENCE_BROKER_CA_FILE to the certificate authority of the broker, in PEM',
      cause,
    })
  }
}

/**
 * Makes sure that the variables of a governed program are there, without loading what uses them: every process of a
 * program does this at its start.
 *
 * @throws SnowfenceError ERR_OPTION_REFUSED naming the variable that is missing, or whose file cannot be read
 */
export const checkEnvironment = (environment: Environment): void => {
  requiredVariable(environment, 'SNOWFENCE_BROKER')
  readAuthority(environment)
  if (!environment.SNOWFENCE_IDENTITY_TOKEN_FILE && !environment.SNOWFENCE_GITHUB_AUDIENCE)
    requiredVariable(environment, 'SNOWFENCE_IDENTITY_TOKEN')
  requiredVariable(environment, 'SNOWFENCE_PURPOSE')
  requiredVariable(environment, 'SNOWFENCE_AGENT_ID')
}
