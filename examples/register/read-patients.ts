// A program written for snowflake-sdk: it knows nothing of Snowfence, and brings a password of its own.
import snowflake from 'snowflake-sdk'

const required = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`set ${name}`)
  return value
}

snowflake.configure({ logLevel: 'OFF' })
const connection = snowflake.createConnection({
  account: required('SNOWFLAKE_ACCOUNT'),
  accessUrl: required('SNOWFLAKE_ACCESS_URL'),
  username: required('SNOWFLAKE_USER'),
  password: required('SNOWFLAKE_PASSWORD'),
  warehouse: 'AGENTS',
  database: 'CLINIC',
  schema: 'PUBLIC',
})
connection.connect((error) => {
  if (error) throw error
  connection.execute({
    sqlText: 'select SSN, ZIP from PATIENTS order by PATIENT_ID limit 1',
    complete: (failure, _statement, rows) => {
      console.log(failure?.message ?? rows)
      connection.destroy(() => {})
    },
  })
})
