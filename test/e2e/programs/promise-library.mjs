// A promise wrapper from npm, used as its documentation shows.
import { promisifyConnection } from 'snowflake-promise'
import snowflake from 'snowflake-sdk'

const connection = promisifyConnection(
  snowflake.createConnection({
    account: process.env.SNOWFLAKE_ACCOUNT,
    accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    schema: 'PUBLIC',
    warehouse: 'AGENTS',
  }),
)
await connection.connect()
const { resultsPromise } = connection.execute({ sqlText: process.env.PROGRAM_SQL })
console.log(JSON.stringify({ rows: await resultsPromise }))
await connection.destroy()
