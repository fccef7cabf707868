// Jest loads modules by itself, so the name of the driver leads to the driver here.
const { expect, test } = require('@jest/globals')
const snowflake = require('snowflake-sdk')

test('a login', async () => {
  snowflake.configure({ logLevel: 'OFF' })
  const { LOCAL_URL: accessUrl, PASSWORD: password } = process.env
  const connection = snowflake.createConnection({
    account: 'clinic',
    username: 'somebody',
    password,
    accessUrl,
  })
  const error = await new Promise((resolve) => connection.connect(resolve))
  expect(error?.message).toMatch(/did not come from a governed connection/)
})
