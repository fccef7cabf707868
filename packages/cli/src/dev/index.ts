export { type DevStack, type DevStackOptions, startDevStack } from './dev-stack.ts'
export {
  type DevelopmentIdentity,
  type DevelopmentIdentityProvider,
  type DevelopmentIdentityProviderOptions,
  startDevelopmentIdentityProvider,
} from './identity-provider.ts'
export { type SampleIdentity, sampleIdentities } from './sample-identities.ts'
export { untilInterrupted } from './until-interrupted.ts'
