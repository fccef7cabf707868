// Has every name of Snowflake's lead to this machine, as a resolver for tests does.
const dns = require('node:dns')

const { lookup } = dns
dns.lookup = (name, options, found) => {
  const isSnowflake = name.endsWith('.snowflakecomputing.com')
  return lookup(isSnowflake ? '127.0.0.1' : name, options, found)
}
