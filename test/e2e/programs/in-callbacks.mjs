// Logs in by itself wherever the governed driver calls it. Prints how each of these logins ended.
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import snowflake from 'snowflake-sdk'

const found = {}
process.emitWarning = () => {}
const login = (place) => {
  try {
    http
      .request(`${process.env.SNOWFLAKE_ACCESS_URL}/session/v1/login-request`, { method: 'POST' })
      .on('error', (error) => {
        found[place] = error.code
      })
      .on('response', ({ statusCode }) => {
        found[place] = `status ${statusCode}`
      })
      .end(JSON.stringify({ data: { PASSWORD: 'a standing credential' } }))
    found[place] ??= 'sent'
  } catch (error) {
    found[place] = error.code
  }
}

const connection = snowflake.createConnection({
  account: process.env.SNOWFLAKE_ACCOUNT,
  accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
  username: 'somebody',
  password: 'a standing credential',
  database: 'CLINIC',
  schema: 'PUBLIC',
  warehouse: 'AGENTS',
})
const called = (name, start) =>
  new Promise((resolve) =>
    start((...given) => {
      login(name)
      resolve(given)
    }),
  )
const long = 'select ENCOUNTER_ID, PATIENT_ID from ENCOUNTERS'

await called('connect', (done) => connection.connect(done))
await called('complete', (complete) => connection.execute({ sqlText: process.env.PROGRAM_SQL, complete }))
const [, statement] = await called('complete of a stream', (complete) =>
  connection.execute({ sqlText: long, streamResult: true, complete }),
)
await new Promise((resolve, reject) => {
  statement
    .streamRows()
    .on('error', reject)
    .on('readable', function readAll() {
      login('readable')
      while (this.read() !== null);
    })
    .on('end', resolve)
})
let rows = 0
await new Promise((resolve, reject) => {
  statement
    .streamRows()
    .on('error', reject)
    .on('data', () => {
      rows += 1
      // Late enough that rows have come from the driver's own events.
      if (rows === 100) login('data')
      if (rows === 101) setImmediate(() => login('after data'))
    })
    .on('end', () => {
      login('end')
      resolve()
    })
})
for await (const _row of statement.streamRows()) {
  rows += 1
  if (rows % 150 === 0) login('for await')
}
await called('fetchRows, a row', (each) =>
  new Promise((resolve) => {
    statement.fetchRows({
      each: () => each() ?? true,
      end: () => {
        login('fetchRows, the end')
        resolve()
      },
    })
  }).then(each),
)
await called('cancel', (done) => connection.execute({ sqlText: long, streamResult: true }).cancel(done))
await called('destroy', (done) => connection.destroy(done))
await pause(100)
process.stdout.write(JSON.stringify(found))
process.exit(0)
