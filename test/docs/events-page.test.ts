import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { statementOutcomes } from '../../packages/audit/src/schema/statement-outcomes.ts'
import { createEventsPage } from '../../scripts/events-page.ts'

const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')

it('docs/events.md is what the schema says; `node scripts/generate-events.ts` writes it', () => {
  expect(page).toBe(createEventsPage())
})

it('names every outcome that a statement can have, and no other', () => {
  const [, meaning = ''] = /^\| `snowfence\.outcome` .*\| ([^|]+) \|$/m.exec(page) ?? []
  expect([...meaning.matchAll(/`([a-z]+)`:/g)].map(([, value]) => value)).toEqual(
    Object.keys(statementOutcomes),
  )
  expect(meaning).toMatch(/`revoked`.*`unknown`/)
})
