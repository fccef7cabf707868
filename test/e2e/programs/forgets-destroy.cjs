// Connects, asks once, and leaves: as many scripts do.
const snowflake = require('snowflake-sdk')

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
    complete: (_error, _statement, rows) => console.log(JSON.stringify({ rows })),
  })
})
