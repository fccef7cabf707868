import * as snowfence from 'snowfence'
import answer from '../answer.cjs'

void answer(snowfence)
