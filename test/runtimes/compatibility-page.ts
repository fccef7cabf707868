import { versionOf } from './pinned-versions.ts'
import { groups, type Row } from './row.ts'

const lineOf = ({ line, reason }: Row): string => {
  if (line === undefined) return ''
  return reason === undefined ? `\`${line}\`` : `\`${line}\` (${reason})`
}

const rowLine = (row: Row): string =>
  `| ${row.name} | ${row.packages.map(versionOf).join(', ')} | ${lineOf(row)} | ${row.isLong ? 'by hand' : 'CI'} |`

/** How many steps of a library's program the raw driver runs, and how many of these are the same when governed. */
export interface LibraryFigures {
  readonly library: string
  readonly packages: readonly string[]
  readonly steps: number
  readonly raw: number
  readonly governed: number
}

export const libraryLine = ({ library, packages, steps, raw, governed }: LibraryFigures): string =>
  `| ${library} | ${packages.map(versionOf).join(', ')} | ${steps} | ${raw} | ${governed} |`

const intro = `# Compatibility

This page is generated: \`node_modules/.bin/node --conditions=snowfence-source test/runtimes/main.ts --write\` runs every row and then writes it. A test fails
when the page and the rows differ.

The SDK, \`snowfence\`, needs Node 22.18 or newer, or Bun or Deno in the versions below. \`register\` is for Node alone. The broker, the
\`snowfence\` command and the other packages need Node 22.18 or newer too. Node 20 is not supported: it lacks \`module.registerHooks\`, which \`register\` needs, and
\`node:sqlite\`, which a local journal needs.

The package works with \`import\` and with \`require\`. A process that uses both has one copy of it.

In each row of the first tables a real program has the packed SDK installed. It connects through a broker to the local Snowflake, reads a row whose
SSN comes masked, is refused a \`drop table\`, and has the parser try a deeply nested statement in a thread. In the rows of TypeScript a program is
compiled, with one line in it that must not compile. In the rows of snowflake-sdk both are done.

*One line* is the line that the program, its command or its bundler's configuration needs besides; the row has no other. *One file* means that the
program runs in a folder without \`node_modules\`. *CI* rows run at each submission, rows *by hand* in the long form above.
`

const rest = `
The rest of the driver's surface is in [driver-surface.md](driver-surface.md). Under \`register\` a copy of the driver in a bundle is refused; the
[SDK's page](../packages/sdk/README.md#register-governs-every-copy-of-the-driver) says how to have it governed.
`

/** @param libraryLines - made by `libraryLine` */
export const renderPage = (rows: readonly Row[], libraryLines: readonly string[]): string => {
  const tables = groups.map((group) => {
    const lines = rows.filter((row) => row.group === group).map(rowLine)
    return `\n## ${group}\n\n| Row | Versions | One line | Run |\n|---|---|---|---|\n${lines.join('\n')}\n`
  })
  const libraryTable = `
## Libraries on top of snowflake-sdk

Each library runs unchanged, once with the driver and once under \`snowfence/register\`. *Raw* counts the steps that the driver itself runs on the
local Snowflake; *governed* counts those of them that give the same when governed. \`test/compat\` compares every step.

| Library | Versions | Steps | Raw | Governed |
|---|---|---|---|---|
${libraryLines.join('\n')}
`
  return intro + tables.join('') + libraryTable + rest
}

export const pageFile = new URL('../../docs/compatibility.md', import.meta.url)

/** The lines of a page that tell of libraries. They are compared where the libraries are run. */
export const libraryLinesOf = (page: string): readonly string[] => {
  const [, section = ''] = page.split('\n## Libraries on top of snowflake-sdk\n')
  return section.split('\n').filter((line) => /^\| [a-z]/.test(line))
}
