module.exports = async ({ load, leadToLocalSnowflake, account }) => {
  leadToLocalSnowflake(load.resolve('snowflake-promise'))
  const snowflake = load('snowflake-sdk')
  const { promisifyConnection } = await import(
    require('node:url').pathToFileURL(load.resolve('snowflake-promise')).href
  )
  const connection = promisifyConnection(
    snowflake.createConnection({
      account,
      username: 'somebody',
      password: 'a standing credential',
      database: 'CLINIC',
      schema: 'PUBLIC',
      warehouse: 'AGENTS',
    }),
  )
  const rows = async (options) => await connection.execute(options).resultsPromise
  return {
    connect: async () => void (await connection.connect()),
    'is it up': () => connection.isUp(),
    'run a query': () =>
      rows({ sqlText: 'select ENCOUNTER_ID, DEPARTMENT from ENCOUNTERS order by ENCOUNTER_ID limit 3' }),
    binds: () =>
      rows({ sqlText: 'select count(*) as N from ENCOUNTERS where DEPARTMENT = ?', binds: ['Cardiology'] }),
    'set the session up': () =>
      rows({ sqlText: "alter session set timezone = 'UTC', quoted_identifiers_ignore_case = false" }),
    'a name that is not there': () => rows({ sqlText: 'select NOTHING from ENCOUNTERS' }),
    destroy: async () => void (await connection.destroy()),
  }
}
