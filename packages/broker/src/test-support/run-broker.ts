import { createBroker } from '../create-broker.ts'

// A broker in a process of its own, for tests that kill it. The configuration is the first argument, as JSON.
const broker = await createBroker(JSON.parse(process.argv[2] ?? ''))
process.stdout.write(`${await broker.listen()}\n`)
