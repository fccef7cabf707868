import { createBroker } from '../create-broker.ts'

// Starts, serves and closes a broker. The process must then end by itself: nobody calls `exit`.
const broker = await createBroker(JSON.parse(process.argv[2] ?? ''))
const url = await broker.listen()
const response = await fetch(`${url}/readyz`)
await response.text()
await broker.close()
process.exitCode = response.status === 200 ? 0 : 1
