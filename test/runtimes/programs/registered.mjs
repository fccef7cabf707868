import * as everything from 'snowflake-sdk'
import snowflake, { createConnection } from 'snowflake-sdk'
import askDriver from './ask-driver.cjs'

if (createConnection !== snowflake.createConnection || everything.createConnection !== createConnection)
  throw new Error('the names lead to different drivers')
await askDriver(snowflake)
