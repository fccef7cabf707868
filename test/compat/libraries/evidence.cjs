module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('@evidence-dev/snowflake'))
  const runQuery = load('@evidence-dev/snowflake')
  const database = {
    account,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    warehouse: 'AGENTS',
    schema: 'PUBLIC',
  }
  const read = async (sql, batch) => {
    const { rows, columnTypes, expectedRowCount } = await runQuery(sql, database, batch)
    const batches = []
    for await (const part of rows()) batches.push(part)
    return { batches, columnTypes, expectedRowCount }
  }
  return {
    'test the connection': () => runQuery.testConnection(database),
    'run a query': () =>
      read(
        'select ENCOUNTER_ID, DEPARTMENT, COST, ADMITTED_AT from ENCOUNTERS order by ENCOUNTER_ID limit 5',
      ),
    'in batches': () => read('select ENCOUNTER_ID from ENCOUNTERS order by ENCOUNTER_ID limit 25', 10),
    runner: async () => {
      const runner = await runQuery.getRunner(database)
      return [await runner('select 1', 'a.txt'), (await runner('select 1 as one', 'a.sql')).columnTypes]
    },
    'a name that is not there': () => read('select NOTHING from ENCOUNTERS'),
  }
}
