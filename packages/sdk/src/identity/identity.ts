import { fromAws } from './aws-identity.ts'
import { fromClientCredentials } from './client-credentials.ts'
import { fromEnv, fromFile, fromFunction } from './identity-source.ts'
import { fromAzure, fromGitHubActions, fromGoogleCloud } from './machine-identity.ts'

/** The identity sources that come with Snowfence. */
export const identity = {
  fromFile,
  fromEnv,
  fromFunction,
  fromGitHubActions,
  fromClientCredentials,
  fromGoogleCloud,
  fromAzure,
  fromAws,
} as const
