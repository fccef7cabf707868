import { createBroker } from '@snowfence/broker'

// A broker in a process of its own, for measurements: its parent can move its clock. The configuration is the first
// argument, as JSON.
let ahead = 0
process.on('message', (message: { readonly ahead: number }) => {
  ahead = message.ahead
})
const broker = await createBroker(JSON.parse(process.argv[2] ?? ''), {
  clock: () => new Date(Date.now() + ahead),
})
await broker.listen()
process.stdout.write(`${broker.address}\n`)
