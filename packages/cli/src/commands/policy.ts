import { policyJsonSchema } from '@snowfence/policy'
import { Command } from 'commander'
import { policyCheckCommand } from './policy-check.ts'
import { policyDiffCommand } from './policy-diff.ts'
import { policyExplainCommand } from './policy-explain.ts'
import { policyTestCommand } from './policy-test.ts'

/** `snowfence policy`: what a policy says, before it is in force. */
export const policyCommand = (): Command =>
  new Command('policy')
    .description('check, explain, test and compare policies')
    .addCommand(policyCheckCommand())
    .addCommand(policyExplainCommand())
    .addCommand(policyTestCommand())
    .addCommand(policyDiffCommand())
    .addCommand(
      new Command('schema').description('print the JSON Schema of policies, for editors').action(() => {
        process.stdout.write(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`)
      }),
    )
