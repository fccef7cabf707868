import { readFile } from 'node:fs/promises'
import {
  digestOf,
  type PolicyPayload,
  type PolicySource,
  type Principal,
  SnowfenceError,
} from '@snowfence/core'

/**
 * A policy from a file of this machine, for a first try without a broker. Read once: a program cannot change the
 * policy it runs under by writing to the file.
 */
export const createLocalPolicy = (path: string, principal: Principal): PolicySource => {
  let payload: Promise<PolicyPayload> | null = null
  const read = async (): Promise<PolicyPayload> => {
    try {
      const document = await readFile(path, 'utf8')
      return { version: 'local', digest: digestOf(document), document }
    } catch (cause) {
      throw new SnowfenceError('ERR_POLICY_INVALID', {
        message: `the policy file \`${path}\` could not be read`,
        hint: 'check the path',
        cause,
      })
    }
  }
  return {
    current: async () => {
      payload ??= read()
      return { policy: await payload, principal }
    },
  }
}
