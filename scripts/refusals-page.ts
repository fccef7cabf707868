import { refusalReasons } from '../packages/sql/src/refusal-reasons.ts'

/** The page of every reason for which a statement is not analysed, from the list itself. */
export const createRefusalsPage = (): string => `# Why a statement is refused

What cannot be understood is denied. Each refusal has one of these codes, a message, the place in the text and the next action. This page is
generated from \`packages/sql/src/refusal-reasons.ts\` by \`node scripts/generate-refusals.ts\`.

| Code | What happened | What would pass |
|---|---|---|
${Object.entries(refusalReasons)
  .map(([code, { message, hint }]) => `| \`${code}\` | ${message} | ${hint} |`)
  .join('\n')}
`
