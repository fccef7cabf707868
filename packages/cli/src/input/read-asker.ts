import { type Agent, agentSchema, type Principal, principalSchema, SnowfenceError } from '@snowfence/core'
import { parse } from 'yaml'
import { z } from 'zod'
import { readText } from './read-text.ts'

/** Who asks, for what: as files and flags of the policy commands give it. */
export interface Asker {
  readonly principal: Principal
  readonly agent: Agent
  readonly purpose: string
}

const askerSchema = z.strictObject({
  issuer: z.string().default('https://issuer.example'),
  subject: z.string(),
  groups: z.array(z.string()).default([]),
  claims: z.record(z.string(), z.unknown()).default({}),
  purpose: z.string().optional(),
  agent: agentSchema.optional(),
})

/** Reads `{ subject, groups, issuer?, claims?, purpose?, agent? }`; the purpose of a flag goes first. */
export const parseAsker = (value: unknown, where: string, purpose: string | undefined): Asker => {
  const parsed = askerSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
      message: `${where} does not describe a principal: \`${issue?.path.join('.') || '(top)'}\` ${issue?.message ?? ''}`,
      hint: 'write it as {"subject":"readmissions-bot","groups":["clinic-agents"],"purpose":"HOPERAT"}',
    })
  }
  const { purpose: stated, agent, ...principal } = parsed.data
  const chosen = purpose ?? stated
  if (chosen === undefined) {
    throw new SnowfenceError('ERR_CLI_USAGE', {
      message: `${where} states no purpose`,
      hint: 'add "purpose" to the file or give --purpose',
    })
  }
  return {
    principal: principalSchema.parse(principal),
    agent: agent ?? { id: 'policy-explain' },
    purpose: chosen,
  }
}

/** Reads who asks from a JSON or YAML file. @throws ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE */
export const readAsker = async (file: string, purpose: string | undefined): Promise<Asker> => {
  const text = await readText(file)
  let value: unknown
  try {
    value = parse(text)
  } catch (cause) {
    throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
      message: `\`${file}\` is neither JSON nor YAML`,
      cause,
    })
  }
  return parseAsker(value, `\`${file}\``, purpose)
}
