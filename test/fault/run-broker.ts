import { type BrokerConfigInput, createBroker } from '@snowfence/broker'

// A broker in a process of its own, for tests that stop or kill it. The configuration is the first argument, as JSON.
const broker = await createBroker(JSON.parse(process.argv[2] ?? '') as BrokerConfigInput)
process.once('SIGTERM', () => void broker.close())
process.stdout.write(`${await broker.listen()}\n`)
