// One library of npm, used as its users do, once with its own snowflake-sdk and again under `snowfence/register`. It sends
// what each step gave to the process that started it; a step that fails does not end the others.
const path = require('node:path')
const { createRequire } = require('node:module')
const { Readable } = require('node:stream')

const { COMPAT_LIBRARY, COMPAT_FOLDER, COMPAT_WORLD, COMPAT_CREDENTIALS } = process.env
const load = createRequire(path.join(COMPAT_FOLDER, 'package.json'))
const credentials = JSON.parse(COMPAT_CREDENTIALS)

/** A library logs in where its options say, and most know no address on loopback: the driver's own option leads it there. */
const leadToLocalSnowflake = (from) => {
  if (COMPAT_WORLD !== 'driver') return
  const driver = createRequire(from)('snowflake-sdk')
  const { createConnection, createPool } = driver
  const { password: _password, ...own } = credentials
  driver.createConnection = (options) => createConnection({ ...options, ...own })
  driver.createPool = (options, pool) => createPool({ ...options, ...own }, pool)
}

const briefly = (error) => {
  const cause = error?.parent ?? error?.cause ?? error
  return { failed: [cause?.code ?? null, cause?.sqlState ?? null, String(cause?.message ?? cause)] }
}

const plain = (value) =>
  JSON.parse(
    JSON.stringify(value ?? null, (_key, inner) =>
      typeof inner === 'bigint' ? String(inner) : inner instanceof Readable ? 'a stream' : inner,
    ),
  )

// Libraries announce themselves on the console.
console.log = () => {}
console.error = () => {}

const main = async () => {
  const library = require(`./libraries/${COMPAT_LIBRARY}.cjs`)
  const steps = await library({
    load,
    leadToLocalSnowflake,
    account: credentials.account,
    world: COMPAT_WORLD,
  })
  for (const [name, run] of Object.entries(steps)) {
    let timer
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ failed: [null, null, 'the step did not end'] }), 30_000)
    })
    const gave = await Promise.race([(async () => ({ gave: plain(await run()) }))().catch(briefly), late])
    clearTimeout(timer)
    process.send({ name, ...gave })
  }
  process.disconnect()
  setTimeout(() => process.exit(0), 2_000).unref()
}

main().catch((error) => {
  process.send({ name: 'start', ...briefly(error) })
  process.disconnect()
})
