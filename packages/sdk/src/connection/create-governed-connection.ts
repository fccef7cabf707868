import { prepareSqlAnalyzer } from '@snowfence/sql'
import { createBrokerGovernance } from '../broker-client/broker-governance.ts'
import type { Governance } from '../ports/governance.ts'
import {
  type GovernedConnectionOptions,
  type ReceivedConnectionOptions,
  receiveConnectionOptions,
} from './connection-options.ts'
import { GovernedConnection } from './governed-connection.ts'
import { governanceRequestOf } from './open-environment.ts'

const governanceOf = ({ broker, brokerCa, identity, governance }: ReceivedConnectionOptions): Governance => {
  if (governance !== null) return governance
  if (broker === null || identity === null) throw new TypeError('a broker needs an identity')
  return createBrokerGovernance({ url: broker, ca: brokerCa, identity })
}

/**
 * Makes a connection that stands in for snowflake-sdk's. Nothing is opened before `connect`.
 *
 * @throws TypeError when an own option is missing or of the wrong form
 * @throws SnowfenceError ERR_OPTION_REFUSED for credentials, insecure transport and options nobody has judged
 * @throws the driver's MissingParameterError and InvalidParameterError, 404xxx
 */
export const createGovernedConnection = (options: GovernedConnectionOptions): GovernedConnection => {
  const received = receiveConnectionOptions(options)
  const governance = governanceOf(received)
  // In other threads, while this one loads the driver.
  prepareSqlAnalyzer()
  return new GovernedConnection(
    received,
    async (signal) => await governance.open(governanceRequestOf(received), signal),
  )
}
