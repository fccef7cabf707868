// What every program of the matrix does with the package that it loaded, in its own way: connect, read a masked row, be
// refused, and have the parser's thread tried. The answer goes to the file that ANSWER_FILE names.
// Not by `require`, which esbuild's ES output does not have.
const { writeFileSync } = process.getBuiltinModule('node:fs')

const codeOf = (error) => error.snowfenceCode ?? String(error)

const ask = async ({ createGovernedConnection, identity }) => {
  const connection = createGovernedConnection({
    account: process.env.SNOWFLAKE_ACCOUNT,
    accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    broker: process.env.SNOWFENCE_BROKER,
    identity: identity.fromFile(process.env.SNOWFENCE_IDENTITY_TOKEN_FILE),
    purpose: 'HOPERAT',
    agent: { id: 'runtimes' },
  })
  await connection.connectAsync()
  const masked = await connection.query('select ssn, zip from patients order by patient_id limit 1')
  const refused = await connection.query('drop table patients').then(() => 'it ran', codeOf)
  // Deep enough that the parser tries it in a thread first.
  const deep = await connection.query(`select ${'('.repeat(18)}1${')'.repeat(18)} as one`)
  await new Promise((resolve) => connection.destroy(resolve))
  return { masked: masked.rows, refused, deep: deep.rows }
}

module.exports = async (snowfence) => {
  const answer = await ask(snowfence)
  if (process.env.ANSWER_FILE) writeFileSync(process.env.ANSWER_FILE, JSON.stringify(answer))
  return answer
}
