// Looks for ways around the name `snowflake-sdk`.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const tries = {
  required: () => require('snowflake-sdk'),
  imported: async () => (await import('snowflake-sdk')).default,
  byPath: async () => (await import(process.env.DRIVER_PATH)).default,
  inner: () => require('snowflake-sdk/dist/lib/snowflake.js'),
  innerByPath: async () => await import(process.env.DRIVER_PATH.replace('index.js', 'lib/snowflake.js')),
}
const found = {}
for (const [name, attempt] of Object.entries(tries)) {
  try {
    const driver = await attempt()
    driver.deserializeConnection({}, '{}')
    found[name] = 'the driver'
  } catch (error) {
    found[name] = error.snowfenceCode ?? error.code ?? error.message
  }
}
console.log(JSON.stringify(found))
