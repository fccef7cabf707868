// Without an `await` at the top, which CommonJS output cannot have.
import * as snowfence from 'snowfence'
import answer from './answer.cjs'

answer(snowfence)
