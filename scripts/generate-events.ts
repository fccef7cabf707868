import { readFileSync, writeFileSync } from 'node:fs'
import { createEventsPage } from './events-page.ts'

// Writes docs/events.md; with --check it only tells whether the page is up to date.
const page = new URL('../docs/events.md', import.meta.url)

if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== createEventsPage()) {
    console.error('docs/events.md is out of date: run `node scripts/generate-events.ts`')
    process.exitCode = 1
  }
} else {
  writeFileSync(page, createEventsPage())
}
