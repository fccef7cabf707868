import {
  createSessionRequestSchema,
  exactText,
  renewSessionRequestSchema,
  renewSessionResponseSchema,
  revokeSessionRequestSchema,
  sessionListSchema,
  sessionSchema,
  sessionStates,
} from '@snowfence/core'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { SessionService } from '../../sessions/session-service.ts'
import type { SessionSignals } from '../../sessions/session-signals.ts'
import type { App } from '../app.ts'
import type { Authenticator } from '../authenticate.ts'
import { connectionSignal } from '../connection-signal.ts'
import { IDENTITY_FAILURES } from '../describe-failures.ts'
import { sendEvents } from '../send-events.ts'
import { sessionOfPath } from '../session-of-path.ts'
import { createSessionStreams } from '../session-streams.ts'
import { atAddress, type WaitingPlaces } from '../waiting-places.ts'

export interface SessionRouteOptions {
  readonly authenticator: Authenticator
  readonly sessions: SessionService
  readonly signals: SessionSignals
  readonly groups: BrokerConfig['groups']
  readonly clock: Clock
  readonly closing: AbortSignal
  readonly limits: BrokerConfig['limits']
  readonly waiting: WaitingPlaces
}

const params = z.strictObject({ id: z.uuid() })
const MAX_LISTED = 200
/** An identity token has at most 16 KiB. */
const MAX_RENEWAL_BYTES = 24 * 1024
const nothing = z.null().describe('No content')
const tags = ['sessions']

export const addSessionRoutes = (app: App, options: SessionRouteOptions): void => {
  const { authenticator, sessions, signals, groups, clock, closing, limits, waiting } = options
  const streams = createSessionStreams(limits.streamsPerSession)

  app.post(
    '/v1/sessions',
    {
      config: { failures: ['ERR_SESSION_ACCOUNT_MISMATCH', 'ERR_SESSION_NO_ROLE'] },
      schema: {
        tags,
        summary: 'Open a session with an identity token: principal, signed policy and a Snowflake lease',
        security: [{ identity: [] }],
        body: createSessionRequestSchema,
        response: { 201: sessionSchema },
      },
    },
    async (request, reply) => {
      const identity = authenticator.identity(request)
      const { traceparent } = request.headers
      const session = await sessions.create(
        identity,
        request.body,
        typeof traceparent === 'string' ? traceparent : undefined,
      )
      return reply.code(201).send(session)
    },
  )

  app.get(
    '/v1/sessions',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'] },
      schema: {
        tags,
        summary: 'A page of sessions, newest first, for operators and auditors',
        security: [{ identity: [] }],
        querystring: z.strictObject({
          state: z.enum([...sessionStates, 'all']).default('live'),
          issuer: exactText(2048).optional(),
          subject: exactText(255).optional(),
          agent: exactText(255).optional(),
          limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(MAX_LISTED),
          cursor: z.string().max(200).optional(),
        }),
        response: { 200: sessionListSchema },
      },
    },
    async (request) => {
      authenticator.memberOf(request, [...groups.operators, ...groups.auditors])
      return sessions.list(request.query)
    },
  )

  app.post(
    '/v1/sessions/:id/renew',
    {
      bodyLimit: MAX_RENEWAL_BYTES,
      config: { failures: [...IDENTITY_FAILURES, 'ERR_SESSION_NO_ROLE'] },
      schema: {
        tags,
        summary: 'A fresh lease for a fresh identity token, and the policy in force',
        security: [{ session: [] }],
        params,
        body: renewSessionRequestSchema,
        response: { 200: renewSessionResponseSchema },
      },
    },
    async (request) => {
      const session = authenticator.session(request)
      return sessions.renew(session, await authenticator.presented(request.body.identityToken))
    },
  )

  app.delete(
    '/v1/sessions/:id',
    {
      schema: {
        tags,
        summary: 'End the session; its pending approval requests are cancelled',
        security: [{ session: [] }],
        params,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await sessions.close(authenticator.session(request))
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/v1/sessions/:id/events',
    {
      config: { produces: ['text/event-stream'] },
      schema: {
        tags,
        summary: 'Server-sent events: revocation and change of policy',
        security: [{ session: [] }],
        params,
      },
    },
    async (request, reply) => {
      const session = authenticator.session(request)
      const leave = waiting.take([atAddress(request, limits)])
      let forget = (): void => {}
      const end = sendEvents(reply, {
        signal: connectionSignal(reply, closing),
        // A session that ends before its time is told of by the signals: nothing is asked until then.
        isLive: async () => session.expiresAt > clock() || (await authenticator.isLive(request)),
        wasLive: () => authenticator.isLive(request),
        listen: (listener) => signals.listen(session.id, listener),
        onEnd: () => {
          leave()
          forget()
        },
      })
      forget = streams.add(session.id, end)
      return reply
    },
  )

  app.post(
    '/v1/sessions/:id/revoke',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'], namesSession: true },
      schema: {
        tags,
        summary: 'End the session of an agent, by an operator',
        security: [{ identity: [] }],
        params,
        body: revokeSessionRequestSchema,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      authenticator.memberOf(request, groups.operators)
      await sessionOfPath(sessions.revoke(request.params.id, request.body.reason))
      return reply.code(204).send(null)
    },
  )
}
