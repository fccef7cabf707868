import * as snowfence from 'snowfence'
import answer from './answer.cjs'

await answer(snowfence)
