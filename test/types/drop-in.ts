// Compiled, never run: what must compile does, and each `@ts-expect-error` line must not.
import { createGovernedConnection, type GovernedConnection, identity } from 'snowfence'
import type { Connection, FileAndStageBindStatement, RowStatement } from 'snowflake-sdk'

declare const governed: GovernedConnection

/** Code written for the driver's types takes a governed connection. */
export const connection: Connection = governed
export const statement: RowStatement = governed.execute({ sqlText: 'select 1' })

export const readWithTheDriver = (driver: Connection): RowStatement | FileAndStageBindStatement =>
  driver.execute({
    sqlText: 'select 1',
    complete: (error, stmt, rows) => {
      if (error) throw error
      stmt.getColumns()
      rows?.length
    },
  })
readWithTheDriver(governed)

createGovernedConnection({
  account: 'acme-clinic',
  broker: 'https://broker.example',
  identity: identity.fromEnv('TOKEN'),
  purpose: 'TREAT',
  agent: { id: 'agent' },
  rowMode: 'array',
})

createGovernedConnection({
  account: 'acme-clinic',
  broker: 'https://broker.example',
  identity: identity.fromEnv('TOKEN'),
  purpose: 'TREAT',
  agent: { id: 'agent' },
  // @ts-expect-error a governed connection takes no credential
  password: 'x',
})

// @ts-expect-error a purpose is required
createGovernedConnection({ account: 'acme-clinic', broker: 'https://broker.example', agent: { id: 'agent' } })
