import { type Approval, approvalListSchema, approvalSchema } from '@snowfence/core'
import { Command } from 'commander'
import { type BrokerCall, type BrokerCallFlags, createBrokerCall } from '../input/broker-call.ts'
import { renderApproval } from '../output/render-approval.ts'

interface ApprovalFlags extends BrokerCallFlags {
  readonly comment?: string
  readonly json?: boolean
}

const examples = `
Examples:
  $ snowfence approvals list --env .env.snowfence
  $ snowfence approvals show 3e11a9ae… --env .env.snowfence
  $ snowfence approvals approve 3e11a9ae… --env .env.snowfence --comment "part of the weekly review"
  $ snowfence approvals reject 3e11a9ae… --env .env.snowfence --comment "not needed for this task"

The identity token of the reviewer comes from --token-file or SNOWFENCE_REVIEWER_TOKEN_FILE.`

const withCommonOptions = (command: Command): Command =>
  command
    .option('--env <file>', 'settings as `snowfence dev --env FILE` writes them')
    .option('--broker <url>', 'address of the broker')
    .option('--broker-ca <file>', 'certificate authority of the broker (SNOWFENCE_BROKER_CA_FILE)')
    .option('--token-file <file>', 'file with the identity token of the reviewer')
    .option('--json', 'print JSON')

const readRequest = async (call: BrokerCall, id: string): Promise<Approval> =>
  approvalSchema.parse((await call('GET', `v1/approvals/${encodeURIComponent(id)}`)).json())

const decide = (decision: 'approve' | 'reject'): Command =>
  withCommonOptions(new Command(decision))
    .description(`${decision} a pending request`)
    .argument('<id>', 'id of the request')
    .option('--comment <text>', 'shown to the requester, kept in the record')
    .action(async (id: string, flags: ApprovalFlags) => {
      const call = await createBrokerCall(flags, 'SNOWFENCE_REVIEWER_TOKEN_FILE')
      const request = await readRequest(call, id)
      const answer = await call('POST', `v1/approvals/${encodeURIComponent(id)}/decision`, {
        decision,
        comment: flags.comment ?? null,
        seenDigest: request.digest,
      })
      const decided = approvalSchema.parse(answer.json())
      process.stdout.write(flags.json ? `${JSON.stringify(decided)}\n` : `${renderApproval(decided)}\n`)
    })

/** Every pending request, page by page, the one that waits longest first. */
const listPending = async (call: BrokerCall): Promise<Approval[]> => {
  const approvals: Approval[] = []
  let query: string | null = 'state=pending&order=oldest'
  while (query !== null) {
    const page = approvalListSchema.parse((await call('GET', `v1/approvals?${query}`)).json())
    approvals.push(...page.approvals)
    query = page.next === null ? null : `state=pending&order=oldest&cursor=${encodeURIComponent(page.next)}`
  }
  return approvals
}

/** `snowfence approvals`: what waits for a person, and the person's answer. */
export const approvalsCommand = (): Command =>
  new Command('approvals')
    .description('see and decide what waits for a person')
    .addHelpText('after', examples)
    .addCommand(
      withCommonOptions(new Command('list'))
        .description('pending requests that this reviewer may decide')
        .action(async (flags: ApprovalFlags) => {
          const call = await createBrokerCall(flags, 'SNOWFENCE_REVIEWER_TOKEN_FILE')
          const listed = await listPending(call)
          // The list is without literals; each request by itself shows the exact statement to those who may decide it.
          const approvals = await Promise.all(listed.map(({ id }) => readRequest(call, id)))
          if (flags.json) process.stdout.write(`${JSON.stringify(approvals)}\n`)
          else
            process.stdout.write(
              approvals.length === 0
                ? 'nothing is waiting\n'
                : `${approvals.map((approval) => renderApproval(approval)).join('\n\n')}\n`,
            )
        }),
    )
    .addCommand(
      withCommonOptions(new Command('show'))
        .description('one request, with the exact statement while it is pending')
        .argument('<id>', 'id of the request')
        .action(async (id: string, flags: ApprovalFlags) => {
          const call = await createBrokerCall(flags, 'SNOWFENCE_REVIEWER_TOKEN_FILE')
          const request = await readRequest(call, id)
          process.stdout.write(flags.json ? `${JSON.stringify(request)}\n` : `${renderApproval(request)}\n`)
        }),
    )
    .addCommand(decide('approve'))
    .addCommand(decide('reject'))
