module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('@cubejs-backend/snowflake-driver'))
  const { SnowflakeDriver } = load('@cubejs-backend/snowflake-driver')
  const driver = new SnowflakeDriver({
    account,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    warehouse: 'AGENTS',
    identIgnoreCase: false,
  })
  const sql =
    'select ENCOUNTER_ID "id", DEPARTMENT "department", COST "cost", ADMITTED_AT "at" from CLINIC.PUBLIC.ENCOUNTERS order by ENCOUNTER_ID limit 5'
  return {
    'test the connection': () => driver.testConnection(),
    query: () => driver.query(sql, []),
    'query with binds': () =>
      driver.query('select count(*) "n" from CLINIC.PUBLIC.ENCOUNTERS where DEPARTMENT = ?', ['Cardiology']),
    'download in memory': () => driver.downloadQueryResults(sql, [], {}),
    'download as a stream': async () => {
      const { rowStream, types, release } = await driver.downloadQueryResults(sql, [], {
        streamImport: true,
        highWaterMark: 100,
      })
      const rows = await rowStream.toArray()
      await release()
      return { rows, types }
    },
    'a stream that is released midway': async () => {
      const { rowStream, release } = await driver.downloadQueryResults(
        'select ENCOUNTER_ID from CLINIC.PUBLIC.ENCOUNTERS',
        [],
        { streamImport: true },
      )
      rowStream.on('error', () => {})
      rowStream.once('data', () => {})
      await new Promise((resolve) => rowStream.once('data', resolve))
      await release()
      return await driver.query('select 1 "one"', [])
    },
    'column types of a query': () =>
      driver.queryColumnTypes('select ENCOUNTER_ID, DEPARTMENT from CLINIC.PUBLIC.ENCOUNTERS', []),
    'tables schema': async () => (await driver.tablesSchema()).PUBLIC?.ENCOUNTERS,
    'tables of a schema': async () =>
      (await driver.getTablesQuery('PUBLIC'))
        .map((row) => row.table_name)
        .sort()
        .includes('encounters'),
    'types of a table': () => driver.tableColumnTypes('PUBLIC.ENCOUNTERS'),
    'create a schema if it is not there': async () => void (await driver.createSchemaIfNotExists('SANDBOX')),
    'create a table': async () =>
      void (await driver.query('create table SANDBOX.COMPAT_CUBE as select 1 as ID', [])),
    'drop a table': async () => void (await driver.dropTable('SANDBOX.COMPAT_CUBE')),
    release: () => driver.release(),
  }
}
