import { readFile } from 'node:fs/promises'
import {
  type Approval,
  approvalListSchema,
  approvalSchema,
  brokerErrorSchema,
  type ErrorCode,
  errorCatalogue,
  SnowfenceError,
} from '@snowfence/core'
import { Command } from 'commander'
import { readEnvironment } from '../input/read-environment-file.ts'
import { paletteFor } from '../output/palette.ts'

interface ApprovalFlags {
  readonly env?: string
  readonly broker?: string
  readonly tokenFile?: string
  readonly comment?: string
  readonly json?: boolean
}

const examples = `
Examples:
  $ snowfence approvals list --env .env.snowfence
  $ snowfence approvals approve apr_… --env .env.snowfence --comment "part of the weekly review"
  $ snowfence approvals reject apr_… --env .env.snowfence --comment "not needed for this task"

The identity token of the reviewer comes from --token-file or SNOWFENCE_REVIEWER_TOKEN_FILE.`

type Call = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code)

const createCall = async (flags: ApprovalFlags): Promise<Call> => {
  const environment = await readEnvironment(flags.env)
  const broker = flags.broker ?? environment.SNOWFENCE_BROKER
  const tokenFile = flags.tokenFile ?? environment.SNOWFENCE_REVIEWER_TOKEN_FILE
  if (!broker || !tokenFile) {
    throw new SnowfenceError('ERR_CLI_USAGE', {
      message: 'the address of the broker and the identity token of a reviewer are needed',
      hint: 'give --broker and --token-file, or --env FILE as written by `snowfence dev --env FILE`',
    })
  }
  const token = (await readFile(tokenFile, 'utf8')).trim()
  return async (method, path, body) => {
    let response: Response
    try {
      response = await fetch(new URL(path, broker), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (cause) {
      throw new SnowfenceError('ERR_BROKER_UNREACHABLE', {
        message: `the broker at ${broker} could not be reached`,
        cause,
      })
    }
    const answer: unknown = await response.json().catch(() => null)
    if (response.ok) return answer
    const refusal = brokerErrorSchema.safeParse(answer)
    if (!refusal.success || !isErrorCode(refusal.data.error.code))
      throw new SnowfenceError('ERR_BROKER_RESPONSE_INVALID')
    const { code, message, hint } = refusal.data.error
    throw new SnowfenceError(code, { message, hint })
  }
}

const render = (approval: Approval): string => {
  const colour = paletteFor(process.stdout)
  const { id, state, requester, agent, purpose, reason, statement, reads, classifiedColumns, deadlineAt } =
    approval
  const field = (label: string, value: string | null) =>
    value === null ? [] : [`  ${colour.dim(label.padEnd(12))}${value}`]
  return [
    `${colour.bold(id)} ${colour.yellow(state)}`,
    ...field('asked by', `${requester.subject} (agent ${agent.id}${agent.task ? `, ${agent.task}` : ''})`),
    ...field('purpose', purpose),
    ...field('reason', reason),
    ...field('statement', statement?.sqlText ?? approval.text),
    ...field('binds', statement?.binds ? JSON.stringify(statement.binds) : null),
    ...field('reads', reads.join(', ')),
    ...field('sensitive', classifiedColumns.join(', ')),
    ...field('decide by', deadlineAt),
  ].join('\n')
}

const withCommonOptions = (command: Command): Command =>
  command
    .option('--env <file>', 'settings as `snowfence dev --env FILE` writes them')
    .option('--broker <url>', 'address of the broker')
    .option('--token-file <file>', 'file with the identity token of the reviewer')
    .option('--json', 'print JSON')

const decide = (decision: 'approve' | 'reject'): Command =>
  withCommonOptions(new Command(decision))
    .description(`${decision} a pending request`)
    .argument('<id>', 'id of the request')
    .option('--comment <text>', 'shown to the requester, kept in the record')
    .action(async (id: string, flags: ApprovalFlags) => {
      const call = await createCall(flags)
      const request = approvalSchema.parse(await call('GET', `/v1/approvals/${encodeURIComponent(id)}`))
      const decided = approvalSchema.parse(
        await call('POST', `/v1/approvals/${encodeURIComponent(id)}/decision`, {
          decision,
          comment: flags.comment ?? null,
          seenDigest: request.digest,
        }),
      )
      process.stdout.write(flags.json ? `${JSON.stringify(decided)}\n` : `${render(decided)}\n`)
    })

/** `snowfence approvals`: what waits for a person, and the person's answer. */
export const approvalsCommand = (): Command =>
  new Command('approvals')
    .description('see and decide what waits for a person')
    .addHelpText('after', examples)
    .addCommand(
      withCommonOptions(new Command('list'))
        .description('pending requests that this reviewer may decide')
        .action(async (flags: ApprovalFlags) => {
          const call = await createCall(flags)
          const { approvals } = approvalListSchema.parse(await call('GET', '/v1/approvals?state=pending'))
          if (flags.json) process.stdout.write(`${JSON.stringify(approvals)}\n`)
          else
            process.stdout.write(
              approvals.length === 0 ? 'nothing is waiting\n' : `${approvals.map(render).join('\n\n')}\n`,
            )
        }),
    )
    .addCommand(decide('approve'))
    .addCommand(decide('reject'))
