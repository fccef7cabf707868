import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createEventsPage } from '../../scripts/events-page.ts'

it('docs/events.md is what the schema says; `node scripts/generate-events.ts` writes it', () => {
  expect(readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')).toBe(createEventsPage())
})
