export type { Broker } from './broker.ts'
export type { CatalogueSource } from './catalogue/catalogue-source.ts'
export { type Clock, systemClock } from './clock.ts'
export {
  type BrokerConfig,
  type BrokerConfigInput,
  brokerConfigSchema,
} from './config/broker-config.ts'
export { loadBrokerConfig } from './config/load-broker-config.ts'
export { parseBrokerConfig } from './config/parse-broker-config.ts'
export { type BrokerOptions, createBroker } from './create-broker.ts'
