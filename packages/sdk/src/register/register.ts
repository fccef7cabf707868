/**
 * `node --import snowfence/register program.mjs` governs a program that imports or requires snowflake-sdk, without a change
 * to its code: the name `snowflake-sdk` leads to a governed stand-in, for the program and for every library it loads. A copy
 * of the driver that is loaded in another way cannot reach Snowflake: its requests are refused before they are sent.
 */
import { checkEnvironment } from './check-environment.ts'
import { INHERITED } from './guard/inherited-environment.ts'
import { installGuard } from './guard/install-guard.ts'
import { leadToGovernedDriver, refuseLoadedDriver } from './lead-to-governed-driver.ts'
import { assertSupportedRuntime } from './supported-runtime.ts'

assertSupportedRuntime()
refuseLoadedDriver()
// A program that cannot be governed does not start. A child that was given no broker starts, and reaches no Snowflake.
if (process.env[INHERITED] === undefined || process.env.SNOWFENCE_BROKER) checkEnvironment(process.env)
installGuard(import.meta.url)
leadToGovernedDriver(import.meta.url)
