import { writeFileSync } from 'node:fs'
import { createSurfacePage } from './surface-page.ts'

writeFileSync(new URL('../../docs/driver-surface.md', import.meta.url), createSurfacePage())
