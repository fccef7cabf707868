module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  const from = load.resolve('@malloydata/db-snowflake')
  leadToLocalSnowflake(from)
  const { SnowflakeConnection } = load('@malloydata/db-snowflake')
  const { SingleConnectionRuntime } = require('node:module').createRequire(from)('@malloydata/malloy')
  const connection = new SnowflakeConnection('clinic', {
    connOptions: {
      account,
      username: 'somebody',
      password: 'a standing credential',
      database: 'CLINIC',
      schema: 'SANDBOX',
      warehouse: 'AGENTS',
    },
  })
  const runtime = new SingleConnectionRuntime({ connection })
  const model = `source: encounters is clinic.table('CLINIC.PUBLIC.ENCOUNTERS') extend {
    measure: visits is count()
    measure: total is sum(COST)
  }`
  const run = async (query) => (await runtime.loadQuery(`${model}\n${query}`).run()).data.toObject()
  return {
    test: async () => void (await connection.test()),
    'run SQL': async () =>
      (
        await connection.runSQL(
          'select ENCOUNTER_ID, DEPARTMENT, COST from CLINIC.PUBLIC.ENCOUNTERS order by 1',
          {
            rowLimit: 3,
          },
        )
      ).rows,
    'run SQL with a tag': async () =>
      (
        await connection.runSQL('select count(*) as "n" from CLINIC.PUBLIC.ENCOUNTERS', {
          queryMetadata: { owner: 'compat' },
        })
      ).rows,
    'a stream': async () => {
      const rows = []
      for await (const row of connection.runSQLStream(
        'select ENCOUNTER_ID from CLINIC.PUBLIC.ENCOUNTERS order by 1',
        {
          rowLimit: 5,
        },
      ))
        rows.push(row)
      return rows
    },
    'the schema of a table': async () => await connection.fetchTableSchema('t', 'CLINIC.PUBLIC.ENCOUNTERS'),
    'the schema of a query': async () =>
      await connection.fetchSelectSchema({
        selectStr: 'select DEPARTMENT, count(*) as n from CLINIC.PUBLIC.ENCOUNTERS group by 1',
        connection: 'clinic',
      }),
    aggregate: () =>
      run(
        'run: encounters -> { group_by: DEPARTMENT; aggregate: visits, total; order_by: visits desc, DEPARTMENT; limit: 5 }',
      ),
    'by month': () =>
      run(
        'run: encounters -> { group_by: admitted is ADMITTED_AT.month; aggregate: visits; order_by: admitted; limit: 3 }',
      ),
    'a filter and a calculation': () =>
      run(
        "run: encounters -> { where: DEPARTMENT = 'Cardiology' and COST > 100; aggregate: visits, mean is COST.avg() }",
      ),
    nested: () =>
      run(
        'run: encounters -> { group_by: DEPARTMENT; aggregate: visits; order_by: DEPARTMENT; limit: 2; nest: dear is { select: ENCOUNTER_ID, COST; order_by: COST desc, ENCOUNTER_ID; limit: 2 } }',
      ),
    index: () =>
      run(
        'run: encounters -> { index: DEPARTMENT } -> { select: *; order_by: weight desc, fieldValue; limit: 3 }',
      ),
    join: () =>
      run(`source: patients is clinic.table('CLINIC.PUBLIC.PATIENTS')
        source: visited is encounters extend { join_one: patients on PATIENT_ID = patients.PATIENT_ID }
        run: visited -> { group_by: patients.STATE; aggregate: visits; order_by: visits desc, STATE; limit: 3 }`),
    'a query of nothing': async () => await connection.runSQL('select * from NO_SUCH_TABLE'),
    close: () => connection.close(),
  }
}
