import type { FastifyRequest } from 'fastify'

/** The token of `Authorization: Snowflake Token="…"`. */
export const readSessionToken = (request: FastifyRequest): string | null =>
  /^Snowflake Token="([^"]*)"$/.exec(request.headers.authorization ?? '')?.[1] ?? null
