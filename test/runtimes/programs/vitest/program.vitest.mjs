import * as snowfence from 'snowfence'
import { test } from 'vitest'
import answer from '../answer.cjs'

test('a governed connection', async () => {
  await answer(snowfence)
}, 60_000)
