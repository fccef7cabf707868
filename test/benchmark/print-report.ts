import type { Figures, Report } from './run-benchmark.ts'
import type { Proportion } from './wilson.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

export const printProportion = ({ count, of, low, high }: Proportion): string =>
  `${count} of ${of} = ${percent(of === 0 ? 0 : count / of)} [${percent(low)}, ${percent(high)}]`

const table = (title: string, { all, byKind }: Figures): string[] => [
  `  ${title.padEnd(26)} ${printProportion(all)}`,
  ...Object.entries(byKind).map(([kind, figure]) => `    ${kind.padEnd(24)} ${printProportion(figure)}`),
]

/** A report as lines of text, with 95 % Wilson intervals in brackets. */
export const printReport = ({ gate, version, configuration, leaked, refused, exposed }: Report): string =>
  [
    `${gate} ${version}`,
    `  ${configuration}`,
    ...table('hostile: leaked', leaked),
    ...table('honest: refused', refused),
    ...table('honest: exposed', exposed),
  ].join('\n')
