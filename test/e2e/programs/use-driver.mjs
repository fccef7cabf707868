// Gives the process another version of snowflake-sdk under its usual name.
import { registerHooks } from 'node:module'

const driver = import.meta.resolve(process.env.DRIVER_NAME)

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'snowflake-sdk'
      ? { url: driver, format: 'commonjs', shortCircuit: true }
      : nextResolve(specifier, context),
})
