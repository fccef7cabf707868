import { SnowfenceError } from '@snowfence/core'
import { createGovernedConnection, identity } from 'snowfence'
import { readText } from '../input/read-text.ts'

export interface QueryFlags {
  readonly broker?: string
  readonly brokerCa?: string
  readonly identityTokenFile?: string
  readonly account?: string
  readonly accessUrl?: string
  readonly warehouse?: string
  readonly database?: string
  readonly schema?: string
  readonly purpose?: string
  readonly agent?: string
}

const required = (value: string | undefined, flag: string, variable: string): string => {
  if (value) return value
  throw new SnowfenceError('ERR_CLI_USAGE', {
    message: `\`--${flag}\` or \`${variable}\` is needed`,
    hint: `give --${flag}, set ${variable}, or pass --env FILE as written by \`snowfence dev --env FILE\``,
  })
}

/** A governed connection from flags, with the environment's variables behind them. Not connected yet. */
export const createQueryConnection = async (
  flags: QueryFlags,
  environment: NodeJS.ProcessEnv,
  onApproval: 'wait' | 'throw',
) => {
  const authority = flags.brokerCa ?? environment.SNOWFENCE_BROKER_CA_FILE
  const accessUrl = flags.accessUrl ?? environment.SNOWFLAKE_ACCESS_URL
  const warehouse = flags.warehouse ?? environment.SNOWFLAKE_WAREHOUSE
  const database = flags.database ?? environment.SNOWFLAKE_DATABASE
  const schema = flags.schema ?? environment.SNOWFLAKE_SCHEMA
  return createGovernedConnection({
    account: required(flags.account ?? environment.SNOWFLAKE_ACCOUNT, 'account', 'SNOWFLAKE_ACCOUNT'),
    ...(accessUrl ? { accessUrl } : {}),
    ...(warehouse ? { warehouse } : {}),
    ...(database ? { database } : {}),
    ...(schema ? { schema } : {}),
    broker: required(flags.broker ?? environment.SNOWFENCE_BROKER, 'broker', 'SNOWFENCE_BROKER'),
    ...(authority ? { brokerCa: await readText(authority) } : {}),
    identity: identity.fromFile(
      required(
        flags.identityTokenFile ?? environment.SNOWFENCE_IDENTITY_TOKEN_FILE,
        'identity-token-file',
        'SNOWFENCE_IDENTITY_TOKEN_FILE',
      ),
    ),
    purpose: required(flags.purpose ?? environment.SNOWFENCE_PURPOSE, 'purpose', 'SNOWFENCE_PURPOSE'),
    agent: {
      id: flags.agent ?? environment.SNOWFENCE_AGENT_ID ?? 'snowfence-query',
      task: 'snowfence query',
    },
    onApproval,
  })
}
