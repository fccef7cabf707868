// Reaches the driver by an alias of npm, by paths and by addresses. Each copy is asked the same.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const { ALIAS_PATH: alias, DRIVER_PATH: driver } = process.env
const ways = {
  'an alias, imported': async () => (await import('snowflake-sdk-2')).default,
  'an alias, required': () => require('snowflake-sdk-2'),
  'a path in the store, required': () => require(driver),
  'an address, imported': async () => (await import(pathToFileURL(alias).href)).default,
  'another require': () => createRequire('/')(alias),
}

const ask = async (snowflake) => {
  const connection = snowflake.createConnection({
    account: process.env.SNOWFLAKE_ACCOUNT,
    accessUrl: process.env.SNOWFLAKE_ACCESS_URL,
    username: 'somebody',
    password: 'a standing credential',
    database: 'CLINIC',
    schema: 'PUBLIC',
    warehouse: 'AGENTS',
  })
  await connection.connectAsync()
  const rows = await new Promise((resolve, reject) => {
    connection.execute({
      sqlText: process.env.PROGRAM_SQL,
      complete: (error, _statement, found) => (error ? reject(error) : resolve(found)),
    })
  })
  await new Promise((resolve) => connection.destroy(resolve))
  return rows
}

const found = {}
for (const [name, load] of Object.entries(ways)) found[name] = await ask(await load())
console.log(JSON.stringify(found))
