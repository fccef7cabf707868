import { writeFileSync } from 'node:fs'
import { createRefusalsPage } from './refusals-page.ts'

writeFileSync(new URL('../docs/refusals.md', import.meta.url), createRefusalsPage())
