import { type SessionList, sessionListSchema, sessionStates } from '@snowfence/core'
import { Command, Option } from 'commander'
import { type BrokerCallFlags, createBrokerCall } from '../input/broker-call.ts'
import { renderSession } from '../output/render-session.ts'

interface ListFlags extends BrokerCallFlags {
  readonly issuer?: string
  readonly subject?: string
  readonly agent?: string
  readonly state: string
  readonly json?: boolean
}

interface RevokeFlags extends BrokerCallFlags {
  readonly reason: string
  readonly json?: boolean
}

const examples = `
Examples:
  $ snowfence sessions list --env .env.snowfence
  $ snowfence sessions list --env .env.snowfence --subject readmissions-bot --state all --json
  $ snowfence sessions revoke 3e11a9ae-… --env .env.snowfence --reason "the laptop was stolen"

The identity token of the operator comes from --token-file or SNOWFENCE_OPERATOR_TOKEN_FILE.`

const withCommonOptions = (command: Command): Command =>
  command
    .option('--env <file>', 'settings as `snowfence dev --env FILE` writes them')
    .option('--broker <url>', 'address of the broker')
    .option('--broker-ca <file>', 'certificate authority of the broker (SNOWFENCE_BROKER_CA_FILE)')
    .option('--token-file <file>', 'file with the identity token of the operator')
    .option('--json', 'print JSON')

/** Every session that is asked for, page by page, the newest first. */
const listAll = async ({ issuer, subject, agent, state, ...flags }: ListFlags) => {
  const call = await createBrokerCall(flags, 'SNOWFENCE_OPERATOR_TOKEN_FILE')
  const sessions: SessionList['sessions'] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({
      state,
      ...(issuer === undefined ? {} : { issuer }),
      ...(subject === undefined ? {} : { subject }),
      ...(agent === undefined ? {} : { agent }),
      ...(cursor === '' ? {} : { cursor }),
    })
    const page: SessionList = sessionListSchema.parse((await call('GET', `v1/sessions?${query}`)).json())
    sessions.push(...page.sessions)
    cursor = page.next
  }
  return sessions
}

/** `snowfence sessions`: which agents are connected, and the end of a session. */
export const sessionsCommand = (): Command =>
  new Command('sessions')
    .description('find and revoke the sessions of agents')
    .addHelpText('after', examples)
    .addCommand(
      withCommonOptions(new Command('list'))
        .description('sessions, newest first')
        .option('--issuer <url>', 'of principals of this identity provider')
        .option('--subject <name>', 'of the principal with this subject')
        .option('--agent <id>', 'of the agent that declares this id')
        .addOption(
          new Option('--state <state>', 'in this state').choices([...sessionStates, 'all']).default('live'),
        )
        .action(async (flags: ListFlags) => {
          const sessions = await listAll(flags)
          if (flags.json) process.stdout.write(`${JSON.stringify(sessions)}\n`)
          else if (sessions.length === 0) process.stdout.write('no such session\n')
          else process.stdout.write(`${sessions.map((session) => renderSession(session)).join('\n')}\n`)
        }),
    )
    .addCommand(
      withCommonOptions(new Command('revoke'))
        .description('end a session at once, and cancel what runs in it')
        .argument('<id>', 'id of the session')
        .requiredOption('--reason <text>', 'kept in the record, and told to the agent')
        .action(async (id: string, flags: RevokeFlags) => {
          const call = await createBrokerCall(flags, 'SNOWFENCE_OPERATOR_TOKEN_FILE')
          await call('POST', `v1/sessions/${encodeURIComponent(id)}/revoke`, { reason: flags.reason })
          process.stdout.write(
            flags.json
              ? `${JSON.stringify({ id, state: 'revoked' })}\n`
              : `revoked ${id}; its principal may open another session: \`POST /v1/principals/revoke\` keeps it out\n`,
          )
        }),
    )
