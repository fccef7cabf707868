import { createGovernedConnection, identity } from 'snowfence'

const connection = createGovernedConnection({
  account: 'acme-clinic', accessUrl: "http://127.0.0.1:42689", warehouse: 'AGENTS', database: 'CLINIC', schema: 'PUBLIC', // as for snowflake-sdk, without a credential
  broker: "http://127.0.0.1:39825",
  identity: identity.fromFile("/work/trees/core/test/docs/readme-28009.jwt"),
  purpose: 'HOPERAT',
  agent: { id: 'readmissions-bot', task: 'weekly readmission report' },
})

await connection.connectAsync()
connection.execute({
  sqlText: 'select ssn, zip from patients limit 1',
  complete: (error, statement, rows) => { console.log(error ?? rows); connection.destroy(() => {}) }, // [ { SSN: '***0001', ZIP: '606' } ]
})
