// One program, started once with snowflake-sdk itself and again under `--import snowfence/register`: it runs every
// scenario and sends what each observed to the process that started it.
import { createDescriber } from './describe-value.ts'
import { scenarios } from './scenarios.ts'
import { createSubject } from './subject.ts'

const SCENARIO_MS = 60_000

const withinTime = async (work: Promise<unknown>): Promise<unknown> => {
  const timer = new AbortController()
  const late = new Promise((resolve) => {
    const timeout = setTimeout(() => resolve(new Error('the scenario did not end')), SCENARIO_MS)
    timer.signal.addEventListener('abort', () => clearTimeout(timeout))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timer.abort()
  }
}

const subject = createSubject()
const only = process.env.DROP_IN_ONLY
subject.snowflake.configure({ logLevel: 'OFF' })
for (const { name, run } of scenarios) {
  if (only && !name.includes(only)) continue
  const startedAt = performance.now()
  const describe = createDescriber()
  const observation = describe(await withinTime(run(subject)).catch((error: unknown) => ({ failed: error })))
  await subject.endScenario()
  process.send?.({ name, observation, milliseconds: performance.now() - startedAt })
}
await subject.close()
process.disconnect?.()
