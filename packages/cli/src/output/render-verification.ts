import { describeProblem, type VerificationReport } from '@snowfence/audit'
import type { Palette } from './palette.ts'

const coverage = ({ sealed, head, records, unproved }: VerificationReport, keyName: string): string[] => {
  const covered = records - unproved
  const range = covered === 0 ? 'no records' : `records 0 to ${sealed - 1}`
  if (head === null) {
    return sealed === 0
      ? ['no head signed by the key is in the export']
      : [`covered: ${range}, by a head kept elsewhere`]
  }
  const witnesses = head.witnesses.length === 0 ? 'no witness' : head.witnesses.join(', ')
  return [
    `covered: ${range}, by the head of size ${head.size} that ${keyName} signed${head.issuedAt === null ? '' : ` at ${head.issuedAt}`}, cosigned by ${witnesses}`,
  ]
}

const witnessing = ({ witnessed, sealed, head }: VerificationReport): string => {
  if (witnessed === 0 && (head?.witnesses.length ?? 0) === 0) {
    return 'unwitnessed: no head that was kept elsewhere was compared, so the holder of the key could have cut or rewritten the trail'
  }
  if (witnessed === 0) return 'witnessed by cosignature'
  return witnessed < sealed
    ? `witnessed up to record ${witnessed - 1} by a head that was kept elsewhere`
    : 'witnessed: a head that was kept elsewhere fits'
}

const verdict = (report: VerificationReport, colour: Palette): string => {
  if (!report.intact) return `${colour.red('not intact')}: the export is not what was sealed`
  if (report.proved) return `${colour.green('proved')}: ${report.records} records are what was sealed`
  return report.head === null && report.sealed === 0
    ? `${colour.red('unproved')}: without a signed head nothing is proved of ${report.records} records`
    : `${colour.red('unproved')}: ${report.unproved} of ${report.records} records, from record ${report.sealed} on, are covered by no head and may be forged`
}

/** The report for a person: what is covered first, then the problems, the verdict, and the head to keep. */
export const renderVerification = (report: VerificationReport, keyName: string, colour: Palette): string => {
  const { count, since, traces } = report.openStatements
  return [
    ...coverage(report, keyName),
    witnessing(report),
    ...report.problems.map((problem) => `${colour.red('problem')} ${describeProblem(problem)}`),
    verdict(report, colour),
    ...(count === 0
      ? []
      : [
          `outcome unknown: ${count} statement${count === 1 ? '' : 's'} without an outcome, since ${since}`,
          `traces of the first (snowfence audit show): ${traces.join(' ')}`,
        ]),
    ...(report.head === null
      ? []
      : [`keep this head elsewhere: ${report.head.size}:${report.head.rootHash}`]),
    '',
  ].join('\n')
}
