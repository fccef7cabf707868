// What every program that was written for snowflake-sdk does with it. `--import snowfence/register` governs it.
const { writeFileSync } = require('node:fs')

module.exports = async (snowflake) => {
  const connection = snowflake.createConnection({
    account: process.env.SNOWFLAKE_ACCOUNT,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
  })
  const rowsOf = (sqlText) =>
    new Promise((resolve, reject) =>
      connection.execute({ sqlText, complete: (error, _, rows) => (error ? reject(error) : resolve(rows)) }),
    )
  await new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())))
  const masked = await rowsOf('select ssn, zip from patients order by patient_id limit 1')
  const refused = await rowsOf('drop table patients').then(
    () => 'it ran',
    (error) => error.snowfenceCode,
  )
  const deep = await rowsOf(`select ${'('.repeat(18)}1${')'.repeat(18)} as one`)
  writeFileSync(process.env.ANSWER_FILE, JSON.stringify({ masked, refused, deep }))
  await new Promise((resolve) => connection.destroy(resolve))
}
