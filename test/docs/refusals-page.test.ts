import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createRefusalsPage } from '../../scripts/refusals-page.ts'

it('docs/refusals.md is what the list says; `node scripts/generate-refusals.ts` writes it', () => {
  expect(readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8')).toBe(createRefusalsPage())
})
