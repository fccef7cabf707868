export type { LocalOptions } from './local-options.ts'
export { createLocalSnowflake, type LocalSnowflake } from './local-snowflake.ts'
export type { QueryRecord } from './query/query-history.ts'
export type { Dataset, Patient, Provider } from './sample/dataset.ts'
export {
  type IdentifyingValues,
  identifyingPattern,
  listIdentifyingValues,
} from './sample/identifying-values.ts'
