import { createGovernedDriver } from './create-governed-driver.ts'

// The names that a program imports from snowflake-sdk lead here.
const governedDriver = createGovernedDriver(process.env)

export const {
  ocspModes,
  ErrorCode,
  normalizeConnectionOptions,
  createConnection,
  createPool,
  deserializeConnection,
  serializeConnection,
  configure,
} = governedDriver
export default governedDriver
// What `require('snowflake-sdk')` returns. Node: "Loading ECMAScript modules using require()".
export { governedDriver as 'module.exports' }
