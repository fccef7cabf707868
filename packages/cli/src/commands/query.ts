import { SnowfenceError } from '@snowfence/core'
import { Command } from 'commander'
import type { GovernedConnection } from 'snowfence'
import { readEnvironment } from '../input/read-environment-file.ts'
import { readJsonLines } from '../input/read-json-lines.ts'
import { paletteFor } from '../output/palette.ts'
import { renderAnswer } from '../output/render-answer.ts'
import type { answerQuery } from '../query/query-answer.ts'
import type { QueryFlags } from '../query/query-settings.ts'

interface Flags extends QueryFlags {
  readonly env?: string
  readonly batch?: string | true
  readonly json?: boolean
  readonly reason?: string
  readonly wait: boolean
  readonly resume?: string
}

const examples = `
Examples:
  $ snowfence query --env .env.snowfence "select first_name, ssn, zip from patients limit 3"
  $ snowfence query --env .env.snowfence --json "select count(*) from encounters"
  $ snowfence query --env .env.snowfence --batch statements.jsonl
  $ snowfence query --env .env.snowfence --no-wait "select text from psychotherapy_notes limit 1"
  $ snowfence query --env .env.snowfence --resume ID "select text from psychotherapy_notes limit 1"

A batch line is {"id":"…","sql":"…","binds":[…]}. Each is answered by one line, in order; a denial does not stop the batch.
A statement that needs a person waits for one, up to the deadline of the policy; with --no-wait it is answered at once.
The exit code is 1 when a single statement was denied or failed; a batch ends with 0 when every line was answered.`

interface BatchLine {
  readonly id: unknown
  readonly sql: string
  readonly binds: readonly unknown[] | undefined
}

const parseBatchLine = (value: unknown): BatchLine | null => {
  if (typeof value !== 'object' || value === null) return null
  const { id, sql, binds } = value as { id?: unknown; sql?: unknown; binds?: unknown }
  if (typeof sql !== 'string' || !(binds === undefined || binds === null || Array.isArray(binds))) return null
  return { id: id ?? null, sql, binds: binds ?? undefined }
}

interface Client {
  readonly connection: GovernedConnection
  readonly answerQuery: typeof answerQuery
}

const PATIENCE_MILLISECONDS = 3000

/** Says what is going on when an answer takes long: most often a person is being asked. */
const withPatience = async <T>(answering: Promise<T>): Promise<T> => {
  const timer = setTimeout(() => {
    process.stderr.write(
      'still waiting; if a person must approve, they see it with `snowfence approvals list`\n',
    )
  }, PATIENCE_MILLISECONDS)
  try {
    return await answering
  } finally {
    clearTimeout(timer)
  }
}

const runBatch = async (
  { connection, answerQuery }: Client,
  file: string,
  flags: Flags,
  signal: AbortSignal,
) => {
  for await (const line of readJsonLines(file)) {
    const statement = line.ok ? parseBatchLine(line.value) : null
    if (statement === null) {
      const message = line.ok
        ? `line ${line.line} has no \`sql\` text, or \`binds\` that are no list`
        : line.message
      const error = {
        code: 'ERR_CLI_USAGE',
        sqlState: null,
        message,
        reason: message,
        hint: 'write {"id":"…","sql":"…","binds":[…]}',
      }
      process.stdout.write(
        `${JSON.stringify({ id: null, decision: 'failed', rules: [], columns: [], rows: [], error })}\n`,
      )
      process.exitCode = 1
      continue
    }
    const { id, sql, binds } = statement
    const answer = await withPatience(
      answerQuery(connection, sql, binds, { signal, ...(flags.reason ? { reason: flags.reason } : {}) }),
    )
    process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`)
    if (signal.aborted) return
  }
}

/** `snowfence query`: a governed SQL client. */
export const queryCommand = (): Command =>
  new Command('query')
    .description('run SQL as a governed agent, and show what was decided')
    .argument('[sql]', 'the statement')
    .option('--env <file>', 'settings as `snowfence dev --env FILE` writes them; flags go first')
    .option(
      '--batch [file]',
      'read JSON Lines {"id":"…","sql":"…","binds":[…]} from the file or standard input',
    )
    .option('--json', 'print the answer as one line of JSON')
    .option('--no-wait', 'do not wait for a person')
    .option('--resume <id>', 'go on with a request for approval that was filed earlier with --no-wait')
    .option('--reason <text>', 'why it is asked, for the person who approves')
    .option('--purpose <code>', 'purpose of use (SNOWFENCE_PURPOSE)')
    .option('--broker <url>', 'address of the broker (SNOWFENCE_BROKER)')
    .option('--broker-ca <file>', 'certificate authority of the broker (SNOWFENCE_BROKER_CA_FILE)')
    .option('--identity-token-file <file>', 'file with the identity token (SNOWFENCE_IDENTITY_TOKEN_FILE)')
    .option('--agent <id>', 'id of the agent (SNOWFENCE_AGENT_ID)')
    .option('--account <name>', 'Snowflake account (SNOWFLAKE_ACCOUNT)')
    .option(
      '--access-url <url>',
      'address of the account, where it is not the usual one (SNOWFLAKE_ACCESS_URL)',
    )
    .option('--warehouse <name>', 'warehouse (SNOWFLAKE_WAREHOUSE)')
    .option('--database <name>', 'database (SNOWFLAKE_DATABASE)')
    .option('--schema <name>', 'schema (SNOWFLAKE_SCHEMA)')
    .addHelpText('after', examples)
    .action(async (sql: string | undefined, flags: Flags) => {
      if ((sql === undefined) === (flags.batch === undefined)) {
        throw new SnowfenceError('ERR_CLI_USAGE', { message: 'give either a statement or --batch' })
      }
      const environment = await readEnvironment(flags.env)
      // Loaded here, so that other commands do not wait for the driver.
      const [{ createQueryConnection }, { answerQuery }] = await Promise.all([
        import('../query/query-settings.ts'),
        import('../query/query-answer.ts'),
      ])
      const connection = await createQueryConnection(flags, environment, flags.wait ? 'wait' : 'throw')
      const interrupt = new AbortController()
      const onSignal = () => interrupt.abort()
      process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
      await connection.connectAsync()
      try {
        if (sql === undefined) {
          await runBatch(
            { connection, answerQuery },
            flags.batch === true || flags.batch === undefined ? '-' : flags.batch,
            flags,
            interrupt.signal,
          )
          return
        }
        const answer = await withPatience(
          answerQuery(connection, sql, undefined, {
            signal: interrupt.signal,
            ...(flags.reason ? { reason: flags.reason } : {}),
            ...(flags.resume ? { resume: flags.resume } : {}),
          }),
        )
        process.stdout.write(
          flags.json ? `${JSON.stringify(answer)}\n` : renderAnswer(answer, paletteFor(process.stdout)),
        )
        if (answer.error !== null) process.exitCode = 1
      } finally {
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
        await new Promise<void>((resolve) => connection.destroy(() => resolve()))
      }
    })
