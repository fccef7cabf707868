import snowfence = require('snowfence')
import answer = require('../answer.cjs')

void answer(snowfence)
