import { CommanderError } from 'commander'
import { printError } from './output/print-error.ts'
import { createProgram } from './program.ts'

const USAGE_EXIT_CODE = 2

/** Runs the `snowfence` command. Sets the exit code: 0 done, 1 failed, 2 used wrongly. */
export const main = async (argv: readonly string[]): Promise<void> => {
  const program = createProgram()
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command.exitOverride()
  }
  try {
    await program.parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed the help or the complaint already.
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT_CODE
      return
    }
    printError(error, { json: argv.includes('--json') || argv.includes('--batch') })
    process.exitCode = 1
  }
}
