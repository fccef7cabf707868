// A program written for snowflake-sdk: it knows nothing of governance, and brings a password.
import snowflake from 'snowflake-sdk'

snowflake.configure({ logLevel: 'OFF' })
const connection = snowflake.createConnection({
  account: process.env.SNOWFLAKE_ACCOUNT,
  accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
  username: 'somebody',
  password: 'a standing credential',
  database: 'CLINIC',
  schema: 'PUBLIC',
  warehouse: 'AGENTS',
})
connection.connect((error) => {
  if (error) throw error
  connection.execute({
    sqlText: process.env.PROGRAM_SQL,
    complete: (failure, _statement, rows) => {
      console.log(JSON.stringify(failure ? { code: failure.code, sqlState: failure.sqlState } : { rows }))
      connection.destroy(() => {})
    },
  })
})
