import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type Anchor, parseNoteKey, verifyExportLines } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { Command } from 'commander'
import { readText } from '../input/read-text.ts'
import { paletteFor } from '../output/palette.ts'
import { renderVerification } from '../output/render-verification.ts'

interface VerifyFlags {
  readonly key: string
  readonly anchor: readonly Anchor[]
  readonly allowUnproved?: boolean
  readonly json?: boolean
}

const addAnchor = (text: string, anchors: readonly Anchor[]): Anchor[] => {
  const [, size, rootHash] = /^(\d+):([A-Za-z0-9+/]{43}=)$/.exec(text) ?? []
  if (size === undefined || rootHash === undefined || !Number.isSafeInteger(Number(size))) {
    throw new SnowfenceError('ERR_CLI_USAGE', { message: '`--anchor` is not SIZE:BASE64ROOT' })
  }
  return [...anchors, { size: Number(size), rootHash }]
}

/** `snowfence audit verify`: which records of an export are proved, and by what. */
export const auditVerifyCommand = (): Command =>
  new Command('verify')
    .description('prove offline that an exported trail is what was sealed')
    .argument('<file>', 'the export')
    .requiredOption('--key <file>', 'the public key of the trail, kept from an earlier time')
    .option(
      '--anchor <size:root>',
      'a tree head that was kept elsewhere; may be given several times',
      addAnchor,
      [],
    )
    .option('--allow-unproved', 'exit with 0 although no head covers some records; they are still counted')
    .option('--json', 'print the report as JSON')
    .action(async (file: string, flags: VerifyFlags) => {
      const key = parseNoteKey((await readText(flags.key)).trim())
      const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
      const report = await verifyExportLines(lines, { verify: { key }, anchors: flags.anchor })
      const isAccepted = report.proved || (flags.allowUnproved === true && report.intact)
      if (!isAccepted) process.exitCode = 1
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(report)}\n`
          : renderVerification(report, key.name, paletteFor(process.stdout)),
      )
    })
