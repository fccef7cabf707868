// Compiled, never run: what must compile does, and the line after `@ts-expect-error` must not.
import { createGovernedConnection, type GovernedConnection, identity } from 'snowfence'
import type { Connection } from 'snowflake-sdk'
import 'snowfence/register'

declare const governed: GovernedConnection

/** Code written for the driver's types takes a governed connection. */
export const connection: Connection = governed

export const read = async (): Promise<readonly unknown[]> => {
  const connected: GovernedConnection = await governed.connectAsync()
  connected.isUp()
  governed.execute({
    sqlText: 'select 1',
    complete: (error, statement, rows) => {
      if (error) throw error
      statement.getColumns()
      rows?.length
    },
  })
  const { rows } = await governed.query('select 1')
  return rows
}

createGovernedConnection({
  account: 'acme-clinic',
  broker: 'https://broker.example',
  identity: identity.fromEnv('TOKEN'),
  purpose: 'TREAT',
  agent: { id: 'agent' },
  // @ts-expect-error a governed connection takes no credential
  password: 'x',
})
