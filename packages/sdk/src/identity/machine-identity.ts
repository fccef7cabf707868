import { SnowfenceError } from '@snowfence/core'
import { fetchToken, memberOf } from './fetch-token.ts'
import { type IdentitySource, requireToken } from './identity-source.ts'

const requireVariable = (name: string, hint: string): string => {
  const value = process.env[name]
  if (value) return value
  throw new SnowfenceError('ERR_IDENTITY_SOURCE_FAILED', { message: `\`${name}\` is not set`, hint })
}

/**
 * The OIDC token of a GitHub Actions job, for the given audience. The workflow needs `permissions: id-token: write`.
 * GitHub: "About security hardening with OpenID Connect".
 */
export const fromGitHubActions = ({ audience }: { readonly audience: string }): IdentitySource => ({
  token: async (signal) => {
    const hint = 'give the job `permissions: id-token: write`'
    const url = new URL(requireVariable('ACTIONS_ID_TOKEN_REQUEST_URL', hint))
    const bearer = requireVariable('ACTIONS_ID_TOKEN_REQUEST_TOKEN', hint)
    url.searchParams.set('audience', audience)
    const answer = await fetchToken('GitHub Actions', url, { authorization: `Bearer ${bearer}` }, signal)
    return requireToken(memberOf(answer, 'value'), 'the answer of GitHub Actions')
  },
})

/**
 * The identity token of a Google Cloud service account, from the metadata server.
 * `GCE_METADATA_HOST` names another host, as Google's own libraries read it.
 */
export const fromGoogleCloud = ({ audience }: { readonly audience: string }): IdentitySource => ({
  token: async (signal) => {
    const host = process.env.GCE_METADATA_HOST ?? 'metadata.google.internal'
    const url = new URL(
      `http://${host}/computeMetadata/v1/instance/service-accounts/default/identity?format=full`,
    )
    url.searchParams.set('audience', audience)
    const answer = await fetchToken('Google Cloud', url, { 'metadata-flavor': 'Google' }, signal)
    return requireToken(answer, 'the answer of the metadata server')
  },
})

/**
 * The token of an Azure managed identity for a resource: from App Service and Container Apps where `IDENTITY_ENDPOINT`
 * is set, else from the instance metadata service. On AKS read the file that `AZURE_FEDERATED_TOKEN_FILE` names.
 */
export const fromAzure = ({
  resource,
  clientId,
}: {
  readonly resource: string
  readonly clientId?: string
}): IdentitySource => ({
  token: async (signal) => {
    const endpoint = process.env.IDENTITY_ENDPOINT
    const url = new URL(endpoint ?? 'http://169.254.169.254/metadata/identity/oauth2/token')
    url.searchParams.set('api-version', endpoint ? '2019-08-01' : '2018-02-01')
    url.searchParams.set('resource', resource)
    if (clientId !== undefined) url.searchParams.set('client_id', clientId)
    const headers: Record<string, string> = endpoint
      ? { 'x-identity-header': process.env.IDENTITY_HEADER ?? '' }
      : { metadata: 'true' }
    const answer = await fetchToken('Azure', url, headers, signal)
    return requireToken(memberOf(answer, 'access_token'), 'the answer of Azure')
  },
})
