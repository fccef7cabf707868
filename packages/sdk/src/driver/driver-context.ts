import { AsyncResource } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'

// Known by its name in the whole process: a second copy of the SDK, or one in a sandbox, speaks to the same guard.
const driverCalls = channel('snowfence:driver')

/**
 * Runs what makes the driver send requests. Under `register` only requests that begin in here reach Snowflake; without
 * it, nobody listens and this is a plain call.
 */
export const runAsDriver = <T>(work: () => T): T =>
  driverCalls.hasSubscribers ? driverCalls.runStores({}, work) : work()

/**
 * The asynchronous context of the caller, for functions of the program that the driver's events lead to: what the program
 * does in them is not the driver's. Null where nothing guards requests.
 */
export const captureCallerContext = (): AsyncResource | null =>
  driverCalls.hasSubscribers ? new AsyncResource('snowfence.caller') : null

export const inContextOf = <T>(caller: AsyncResource | null, work: () => T): T =>
  caller === null ? work() : caller.runInAsyncScope(work)
