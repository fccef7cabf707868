// A tour of the drop-in's surface on whatever version of snowflake-sdk this process is given. Prints what it saw.
import { readFileSync } from 'node:fs'
import { createGovernedConnection, identity } from 'snowfence'

const connection = createGovernedConnection({
  account: process.env.SNOWFLAKE_ACCOUNT,
  accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
  warehouse: 'AGENTS',
  database: 'CLINIC',
  schema: 'PUBLIC',
  broker: process.env.SNOWFENCE_BROKER,
  identity: identity.fromFunction(() => readFileSync(process.env.SNOWFENCE_IDENTITY_TOKEN_FILE, 'utf8')),
  purpose: 'HOPERAT',
  agent: { id: 'readmissions-bot' },
  fastPath: process.env.FAST_PATH !== 'off',
})

const execute = async (options) =>
  await new Promise((resolve) => {
    connection.execute({
      ...options,
      complete: (error, statement, rows) =>
        resolve(error ? { code: error.code, sqlState: error.sqlState } : { statement, rows }),
    })
  })

const seen = {}
await connection.connectAsync()
const patients = 'select PATIENT_ID, SSN, BIRTH_DATE, ZIP, MRN from PATIENTS order by PATIENT_ID limit 2'
for (const rowMode of ['object', 'array'])
  seen[rowMode] = (await execute({ sqlText: patients, rowMode })).rows
const { statement } = await execute({ sqlText: patients, streamResult: true })
seen.columns = statement.getColumns().map((column) => [column.getName(), column.getType()])
seen.streamed = await statement.streamRows({ start: 1, end: 1 }).toArray()
seen.fetched = []
await new Promise((resolve) => {
  statement.fetchRows({ each: (row) => void seen.fetched.push(row.getColumnValue('SSN')), end: resolve })
})
seen.strings = (await execute({ sqlText: patients, fetchAsString: ['Number', 'Date'] })).rows
seen.dates = (await execute({ sqlText: 'select WRITTEN_AT from NOTES limit 1' })).rows
seen.variant = (await execute({ sqlText: 'select RESULT from LABS order by LAB_ID limit 1' })).rows
seen.binds = (
  await execute({ sqlText: 'select PATIENT_ID from PATIENTS where PATIENT_ID = ?', binds: [7] })
).rows
seen.denied = await execute({ sqlText: 'delete from PATIENTS' })
seen.failed = await execute({ sqlText: 'select 1 / (PATIENT_ID - PATIENT_ID) as X from PATIENTS limit 1' })
const started = await execute({
  sqlText: 'select SSN from PATIENTS order by PATIENT_ID limit 1',
  asyncExec: true,
})
const later = await connection.getResultsFromQueryId({ queryId: started.rows.queryId })
seen.later = await later.streamRows().toArray()
try {
  connection.execute({ sqlText: 1 })
} catch (error) {
  seen.mistake = { name: error.name, code: error.code }
}
seen.valid = await connection.isValidAsync()
await connection[Symbol.asyncDispose]()
seen.destroyed = await execute({ sqlText: 'select 1' })
console.log(JSON.stringify(seen))
