import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { databaseUnreachable, isAboutServer } from '../database/unreachable.ts'
import { statusOf } from './error-status.ts'
import { logFailure } from './log-failure.ts'
import { isAboutPath } from './session-of-path.ts'

/** Seconds after which a client may ask again when the broker cannot serve at the moment. */
const RETRY_AFTER_SECONDS = 1

const send = (reply: FastifyReply, error: SnowfenceError, status = statusOf(error.code)): FastifyReply => {
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  const { retryAfterSeconds } = error.details
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', retryAfterSeconds)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  const details = Object.keys(error.details).length === 0 ? {} : { details: error.details }
  return reply
    .code(status)
    .type('application/json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({ error: { code: error.code, message: error.message, hint: error.hint, ...details } })
}

/** Names of roles and tables are for the operator, who reads them in the log. */
const forClients = (error: SnowfenceError): SnowfenceError =>
  isSnowfenceError(error, 'ERR_BROKER_DATABASE_PRIVILEGE')
    ? new SnowfenceError(error.code, {
        hint: 'ask an operator of the broker: its log names the privilege and the statement that grants it',
      })
    : error

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && typeof (error as Partial<FastifyError>).statusCode === 'number'

/** Where an error was thrown, without its text: the text of a database error can quote values. */
const framesOf = (error: unknown): string[] =>
  error instanceof Error
    ? (error.stack ?? '')
        .split('\n')
        .filter((line) => line.startsWith('    at '))
        .slice(0, 8)
        .map((line) => line.trim())
    : []

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const KNOWABLE_NAMES = /^Unrecognized keys?: (?:"[A-Za-z_]{1,40}"(?:, )?)+$/

/**
 * The text of a schema names members of the request that it does not know. Such a name is the client's own and can be a
 * value in the wrong place: only one that is made of letters is repeated.
 */
const withoutForeignNames = (message: string): string =>
  message.startsWith('Unrecognized key') && !KNOWABLE_NAMES.test(message)
    ? 'has a member that its schema does not know'
    : message

/** Answers every failure in one form: `{ error: { code, message, hint, details } }`. */
export const handleError = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  if (isSnowfenceError(error)) {
    const status = isAboutPath(error) ? 404 : statusOf(error.code)
    if (status >= 500) logFailure(request.log, error)
    return send(reply, forClients(error), status)
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message }) => ({
      field: instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: withoutForeignNames(message ?? 'is not acceptable'),
    }))
    const listed = problems.map(
      ({ field, message }) => `${field === '' ? 'the request' : `\`${field}\``}: ${message}`,
    )
    return send(
      reply,
      new SnowfenceError('ERR_REQUEST_INVALID', {
        message: `the request is not valid: ${listed.join('; ')}`,
        details: { problems },
      }),
    )
  }
  if (isFastifyError(error) && error.statusCode !== undefined && error.statusCode < 500) {
    return send(
      reply,
      new SnowfenceError('ERR_REQUEST_INVALID', { details: { reason: error.code } }),
      error.statusCode,
    )
  }
  if (isAboutServer(error)) {
    request.log.error({ causeCode: codeOf(error) }, 'the database cannot serve')
    return send(reply, databaseUnreachable(error))
  }
  request.log.error(
    {
      name: error instanceof Error ? error.name : typeof error,
      causeCode: codeOf(error),
      frames: framesOf(error),
    },
    'a request failed in a way that was not foreseen',
  )
  return send(reply, new SnowfenceError('ERR_BROKER_INTERNAL', { details: { requestId: request.id } }))
}

export const handleNotFound = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  send(reply, new SnowfenceError('ERR_ROUTE_NOT_FOUND'))
