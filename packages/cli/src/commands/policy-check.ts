import { checkPolicy } from '@snowfence/policy'
import { Command } from 'commander'
import { readCatalog } from '../input/read-catalog.ts'
import { readText } from '../input/read-text.ts'
import { paletteFor } from '../output/palette.ts'
import { renderProblems } from '../output/render-problems.ts'

const examples = `
Examples:
  $ snowfence policy check policy.yaml
  $ snowfence policy check policy.yaml --catalog catalog.json --json

The exit code is 1 when there is an error; warnings alone leave it 0.`

/** `snowfence policy check`: everything that is wrong with a policy, at once. */
export const policyCheckCommand = (): Command =>
  new Command('check')
    .description('check a policy and report every problem with its place')
    .argument('<file>', 'the policy; - is standard input')
    .option('--catalog <file>', 'also check tables, columns and types against this catalogue')
    .option('--json', 'print {"valid":…,"problems":[…]}')
    .addHelpText('after', examples)
    .action(async (file: string, flags: { readonly catalog?: string; readonly json?: boolean }) => {
      const catalog = flags.catalog === undefined ? {} : { catalog: await readCatalog(flags.catalog) }
      const { policy, problems } = checkPolicy(await readText(file), catalog)
      if (policy === null) process.exitCode = 1
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ valid: policy !== null, problems })}\n`)
        return
      }
      const colour = paletteFor(process.stdout)
      process.stdout.write(renderProblems(file, problems, colour))
      const verdict = policy === null ? colour.red('not valid') : colour.green('valid')
      const count =
        problems.length === 0
          ? 'no problems'
          : `${problems.length} problem${problems.length === 1 ? '' : 's'}`
      process.stdout.write(`${file}: ${verdict}, ${count}\n`)
    })
