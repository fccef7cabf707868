// A promise wrapper in CommonJS, as many libraries have it: methods are taken off the connection.
const { promisify } = require('node:util')
const snowflake = require('snowflake-sdk')

const main = async () => {
  const connection = snowflake.createConnection({
    account: process.env.SNOWFLAKE_ACCOUNT,
    accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    schema: 'PUBLIC',
    warehouse: 'AGENTS',
  })
  const { connect, execute, destroy } = connection
  await promisify(connect)()
  const rows = await new Promise((resolve, reject) => {
    execute({
      sqlText: process.env.PROGRAM_SQL,
      complete: (error, _statement, found) => (error ? reject(error) : resolve(found)),
    })
  })
  console.log(JSON.stringify({ rows }))
  await promisify(destroy)()
}

main()
