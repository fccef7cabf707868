// Writes docs/errors/<CODE>.md from the error catalogue. Run: node --conditions=snowfence-source scripts/generate-error-pages.ts
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, errorCatalogue } from '../packages/core/src/errors/catalogue.ts'
import type { ErrorEntry } from '../packages/core/src/errors/error-entry.ts'

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../docs/errors')

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`

const renderPage = (code: ErrorCode, { message, why, hint, retryable }: ErrorEntry): string => `# ${code}

**What happened.** ${sentence(message)}

**Why.** ${sentence(why)}

**What to do.** ${sentence(hint)}

${retryable ? 'The same call can succeed later without a change.' : 'The same call fails again until something is changed.'}
`

const renderIndex = (codes: readonly ErrorCode[]): string => `# Errors

Every error carries one of these codes, a message that says what happened, and a hint that says what to do next. Generated from the
catalogue in \`packages/core/src/errors\`.

| Code | What happened |
|---|---|
${codes.map((code) => `| [${code}](${code}.md) | ${sentence(errorCatalogue[code].message)} |`).join('\n')}
`

/** All pages by file name, as they should be. */
export const errorPages = (): ReadonlyMap<string, string> => {
  const codes = (Object.keys(errorCatalogue) as ErrorCode[]).sort()
  return new Map([
    ['README.md', renderIndex(codes)],
    ...codes.map((code): [string, string] => [`${code}.md`, renderPage(code, errorCatalogue[code])]),
  ])
}

/** All pages by file name, as they are. */
export const writtenErrorPages = (): ReadonlyMap<string, string> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pages = errorPages()
  for (const [name, content] of pages) writeFileSync(path.join(folder, name), content)
  process.stdout.write(`${pages.size} pages written to docs/errors\n`)
}
