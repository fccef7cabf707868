import { brokerErrorSchema, type ErrorCode } from '@snowfence/core'
import type { RouteOptions } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { statusOf } from './error-status.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Errors that the handler of a route answers with, beyond those that follow from the route's schema. */
    readonly failures?: readonly ErrorCode[]
    /** Whether the id in the path can name no session, for a bearer that is accepted. */
    readonly namesSession?: boolean
    /** Content types of a success that has no schema. */
    readonly produces?: readonly string[]
  }
}

type Transform = typeof jsonSchemaTransform
type Transformed = ReturnType<Transform>

/** Errors of an identity token, in the header or in the body. */
export const IDENTITY_FAILURES = [
  'ERR_IDENTITY_TOKEN_INVALID',
  'ERR_IDENTITY_TOKEN_EXPIRED',
  'ERR_IDENTITY_AUDIENCE_MISMATCH',
  'ERR_IDENTITY_ISSUER_UNKNOWN',
  'ERR_IDENTITY_ISSUER_UNREACHABLE',
  'ERR_PRINCIPAL_REVOKED',
] as const satisfies readonly ErrorCode[]

/** A request that the database or the trail is needed for. */
const STORE_FAILURES = [
  'ERR_BROKER_DATABASE_UNREACHABLE',
  'ERR_BROKER_DATABASE_PRIVILEGE',
  'ERR_BROKER_DISK_FULL',
  'ERR_BROKER_ROW_DAMAGED',
  'ERR_AUDIT_NOT_DURABLE',
  'ERR_AUDIT_STORE_CORRUPT',
] as const satisfies readonly ErrorCode[]

const methodsOf = ({ method }: RouteOptions): readonly string[] => [method].flat()
const hasBody = (route: RouteOptions): boolean => methodsOf(route).some((method) => method !== 'GET')

/** Every error of a route, by its status. */
const failuresOf = (route: RouteOptions): ReadonlyMap<number, ReadonlySet<ErrorCode>> => {
  const failures = new Map<number, Set<ErrorCode>>()
  const add = (code: ErrorCode, status = statusOf(code)): void => {
    failures.set(status, (failures.get(status) ?? new Set()).add(code))
  }
  const schemes = new Set(
    (route.schema?.security ?? []).flatMap((security) => Object.keys(security as object)),
  )
  const { params } = route.schema ?? {}
  add('ERR_RATE_LIMITED')
  add('ERR_BROKER_INTERNAL')
  // Of a path that cannot be decoded, a request that stops halfway, and headers that are too long, on any route.
  for (const status of [400, 408, 431]) add('ERR_REQUEST_INVALID', status)
  // A body that is too large, and one of another content type.
  if (hasBody(route)) for (const status of [413, 415]) add('ERR_REQUEST_INVALID', status)
  // The router takes a path with a parameter that is too long for another path.
  if (params !== undefined) add('ERR_ROUTE_NOT_FOUND')
  if (schemes.size > 0)
    for (const code of ['ERR_IDENTITY_TOKEN_MISSING', ...STORE_FAILURES] as const) add(code)
  if (schemes.has('session')) add('ERR_SESSION_NOT_FOUND')
  if (schemes.has('identity')) for (const code of IDENTITY_FAILURES) add(code)
  for (const code of route.config?.failures ?? []) add(code)
  if (route.config?.namesSession === true) add('ERR_SESSION_NOT_FOUND', 404)
  return failures
}

/** The schema of every failure, under the name by which the described routes refer to it. */
export const failureSchemas = {
  Failure: z.toJSONSchema(brokerErrorSchema, { target: 'openapi-3.0' }) as { readonly type: 'object' },
}

const failure = (codes: ReadonlySet<ErrorCode>) => ({
  description: [...codes].sort().join(', '),
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
})

/** Describes a route by its schema, and each failure that it can answer with by its status and codes. */
export const describeRoute: Transform = (document): Transformed => {
  const described = jsonSchemaTransform(document)
  const schema = described.schema as { hide?: boolean; response?: Record<string, unknown> } | undefined
  if (schema === undefined || schema.hide === true) return described
  const route = document.route as RouteOptions
  const success = Object.fromEntries(
    (route.config?.produces ?? []).map((type) => [type, { schema: { type: 'string' } }]),
  )
  const response = {
    ...(schema.response ?? { 200: { description: 'Success', content: success } }),
    ...Object.fromEntries([...failuresOf(route)].map(([status, codes]) => [status, failure(codes)])),
    // What the route itself describes says more.
    ...schema.response,
  }
  return { ...described, schema: { ...schema, response } } as Transformed
}
