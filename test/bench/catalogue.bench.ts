// What a connection and its first query cost on an account with few columns and with very many, against the local Snowflake.
// node --conditions=snowfence-source test/bench/catalogue.bench.ts [--json] [--columns 100000] [--connections 20]
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createMemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance } from 'snowfence'
import { startClinicStack } from '../e2e/clinic-stack.ts'
import { printFigure } from './print-figure.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    columns: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '20' },
  },
})
const COLUMNS_OF_A_TABLE = 500
const NAME = 'a new connection and its first query'

const policy = `version: 1
resources: [{ table: 'CLINIC.*', unclassified: allow }]
rules:
  - { id: read, effect: permit, principals: { groups: [clinic-agents] }, actions: [select, create, drop], resources: ['CLINIC.*'] }
`

const clinic = await startClinicStack()
const directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
await writeFile(join(directory, 'policy.yaml'), policy)
const administrator = await clinic.administrator()
const administer = async (sqlText: string): Promise<void> =>
  await new Promise((resolve, reject) =>
    administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
  )

const connect = () =>
  createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'bench-bot' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal: createMemorySink(),
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()

const connectAndQuery = async (): Promise<number> => {
  const before = performance.now()
  const connection = await connect()
  await connection.query('select count(*) as N from PATIENTS')
  const took = performance.now() - before
  await connection[Symbol.asyncDispose]()
  return took
}

/** A change of the structure makes what connections have found out of date. */
const changer = await connect()
const median = async (): Promise<number> => {
  const took: number[] = []
  for (let at = 0; at < Number(flags.connections); at += 1) {
    await changer.query('create or replace temporary table CHANGED (A int)')
    took.push(await connectAndQuery())
  }
  return took.toSorted((left, right) => left - right)[Math.floor(took.length / 2)] ?? Number.NaN
}

try {
  await median()
  const few = await median()
  const tables = Math.ceil(Number(flags.columns) / COLUMNS_OF_A_TABLE)
  const columns = Array.from({ length: COLUMNS_OF_A_TABLE }, (_, at) => `COLUMN_${at} varchar`).join(', ')
  for (let table = 0; table < tables; table += 1) {
    await administer(`create table CLINIC.PUBLIC.WIDE_${table} (${columns})`)
    await administer(`grant select on table CLINIC.PUBLIC.WIDE_${table} to role CLINIC_READER`)
    if (!flags.json && table % 20 === 19) process.stderr.write(`\r${table + 1} of ${tables} tables`)
  }
  if (!flags.json) process.stderr.write('\n')
  const many = await median()
  const print = (figure: string, value: number, unit: string) =>
    printFigure({ name: NAME, figure, value, unit }, flags.json)
  print('sample tables', few, 'ms')
  print(`+${tables * COLUMNS_OF_A_TABLE} columns`, many, 'ms')
  printFigure({ name: NAME, figure: 'many / few', value: many / few, unit: 'x', goal: 1.1 }, flags.json)
} finally {
  await clinic.close()
  await rm(directory, { recursive: true })
}
