import { createRequire } from 'node:module'
import * as namespace from 'snowfence'
import answer from './answer.cjs'

const imported = { ...namespace }
const required = createRequire(import.meta.url)('snowfence')
for (const [name, member] of Object.entries(required))
  if (imported[name] !== member) throw new Error(`\`${name}\` is there twice`)
await answer({ ...imported, identity: required.identity })
