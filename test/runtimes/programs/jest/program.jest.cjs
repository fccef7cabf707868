const { test } = require('@jest/globals')

test('a governed connection', async () => {
  await require('../answer.cjs')(require('snowfence'))
}, 60_000)
