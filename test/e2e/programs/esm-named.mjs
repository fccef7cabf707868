// Named imports type-check against snowflake-sdk, and load here.
import { createPool } from 'snowflake-sdk'

const pool = createPool(
  {
    account: process.env.SNOWFLAKE_ACCOUNT,
    accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    schema: 'PUBLIC',
    warehouse: 'AGENTS',
  },
  { max: 1 },
)
const rows = await pool.use(
  async (connection) =>
    await new Promise((resolve, reject) =>
      connection.execute({
        sqlText: process.env.PROGRAM_SQL,
        complete: (error, _statement, found) => (error ? reject(error) : resolve(found)),
      }),
    ),
)
console.log(JSON.stringify({ rows }))
await pool.drain()
await pool.clear()
