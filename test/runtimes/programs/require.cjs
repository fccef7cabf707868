require('./answer.cjs')(require('snowfence'))
