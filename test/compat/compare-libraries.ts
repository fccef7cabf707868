// Runs libraries step by step, raw and governed, and prints what each step gave:
// node --conditions=snowfence-source test/compat/compare-libraries.ts LIBRARY=FOLDER ...
import { startCompat } from './start-compat.ts'

const compat = await startCompat()
try {
  for (const given of process.argv.slice(2)) {
    const [library = '', folder = ''] = given.split('=')
    const raw = await compat.run(library, 'driver', folder)
    const governed = await compat.run(library, 'governed', folder)
    const passes = raw.filter(({ failed }) => failed === undefined)
    const same = (name: string): boolean =>
      JSON.stringify(raw.find((step) => step.name === name)) ===
      JSON.stringify(governed.find((step) => step.name === name))
    const kept = passes.filter(({ name }) => same(name))
    console.log(`${library}: ${raw.length} steps, raw ${passes.length}, governed ${kept.length} of these`)
    for (const step of raw)
      if (!same(step.name) || step.failed !== undefined) {
        const other = governed.find(({ name }) => name === step.name)
        console.log(
          `  ${JSON.stringify(step).slice(0, 700)}\n  governed: ${JSON.stringify(other)?.slice(0, 700)}`,
        )
      }
    for (const step of governed)
      if (!raw.some(({ name }) => name === step.name)) console.log('  only governed:', JSON.stringify(step))
  }
} finally {
  await compat.close()
}
