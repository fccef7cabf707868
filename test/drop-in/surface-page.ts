import { readSurface, type Verdict, verdictOn } from './surface.ts'

const words = { same: 'as the driver', differs: 'differs', refused: 'refused' } as const

const row = (name: string, verdict: Verdict): string => {
  const why = verdict.kind === 'same' ? '' : verdict.why.join('; ')
  return `| ${name.includes(' ') ? name : `\`${name}\``} | ${words[verdict.kind]} | ${why} |`
}

/** The page that says of every member of snowflake-sdk how it behaves under governance, from the scenarios that show it. */
export const createSurfacePage = (): string => `# The driver's surface, governed

A governed connection stands in for snowflake-sdk's. Each member below is exercised by scenarios that run twice: in a program whose
\`snowflake-sdk\` is the driver, and in the same program under \`node --import snowfence/register\`. Everything that a caller can observe is
compared, and what is not the same has a reason here. This page is generated from \`test/drop-in\` by
\`node --conditions=snowfence-source test/drop-in/write-surface-page.ts\`.

What a policy does to rows (masks, denials, approvals, limits) is not part of it: the scenarios run under a policy that permits and shows
everything. Statements of one connection reach the warehouse in the order of their \`execute\`; the driver promises no order.
${readSurface()
  .map(
    ({ title, prefix, members }) => `
## ${title}

| Member | Here | Why |
|---|---|---|
${members
  .flatMap((name) => {
    const verdict = verdictOn(`${prefix}${name}`)
    return verdict === null ? [] : [row(name, verdict)]
  })
  .join('\n')}
`,
  )
  .join('')}`
