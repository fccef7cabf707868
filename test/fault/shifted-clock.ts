import { readFileSync } from 'node:fs'

// Loaded before a broker: SIGUSR2 moves its whole clock by the milliseconds in a file. What measures time without the clock
// (`performance.now`, timers) goes on as it was, as it does when an operator or NTP sets the clock of a machine.
const file = process.env.SNOWFENCE_TEST_CLOCK ?? ''
const RealDate = Date
let ahead = 0
process.on('SIGUSR2', () => {
  ahead = Number(readFileSync(file, 'utf8'))
})
const now = (): number => RealDate.now() + ahead
globalThis.Date = new Proxy(RealDate, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(
      target,
      parameters.length === 0 ? [now()] : parameters,
      newTarget === Date ? target : newTarget,
    ),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
