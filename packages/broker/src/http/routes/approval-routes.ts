import {
  approvalListSchema,
  approvalSchema,
  approvalStates,
  claimApprovalRequestSchema,
  claimApprovalResponseSchema,
  createApprovalRequestSchema,
  decideApprovalRequestSchema,
  settleApprovalRequestSchema,
} from '@snowfence/core'
import { z } from 'zod'
import type { ApprovalService } from '../../approvals/approval-service.ts'
import type { ApprovalReader } from '../../approvals/show-approval.ts'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { App } from '../app.ts'
import type { Authenticator } from '../authenticate.ts'
import { connectionSignal } from '../connection-signal.ts'
import { logFailure } from '../log-failure.ts'
import { atAddress, type WaitingPlaces } from '../waiting-places.ts'

export interface ApprovalRouteOptions {
  readonly authenticator: Authenticator
  readonly approvals: ApprovalService
  readonly closing: AbortSignal
  readonly limits: BrokerConfig['limits']
  readonly session: Pick<BrokerConfig['session'], 'maxPendingApprovals'>
  readonly waiting: WaitingPlaces
}

const MAX_WAIT_SECONDS = 60
const MAX_LISTED = 200
/** Long polls of one principal: some for each request that it may have pending, since a lost connection is noticed late. */
const POLLS_PER_REQUEST = 4
const LEAST_POLLS = 256
/** A statement has at most 1 MB, and its binds come beside it. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024

const params = z.strictObject({ id: z.uuid() })
const tags = ['approvals']
const bySession = [{ session: [] }]
const byPerson = [{ identity: [] }]
const byEither = [{ session: [] }, { identity: [] }]

export const addApprovalRoutes = (app: App, options: ApprovalRouteOptions): void => {
  const { authenticator, approvals, closing, limits, session, waiting } = options
  const ofReader = (reader: ApprovalReader) => {
    const { issuer, subject } = reader.kind === 'session' ? reader.session.principal : reader.principal
    const most = Math.max(LEAST_POLLS, POLLS_PER_REQUEST * session.maxPendingApprovals)
    return { name: `principal ${JSON.stringify([issuer, subject])}`, most }
  }

  app.post(
    '/v1/approvals',
    {
      bodyLimit: MAX_REQUEST_BYTES,
      config: {
        failures: [
          'ERR_APPROVAL_DIGEST_MISMATCH',
          'ERR_APPROVAL_LIMIT',
          'ERR_APPROVAL_NOT_NEEDED',
          'ERR_APPROVAL_ROLE_NOT_CONFIGURED',
          'ERR_CATALOGUE_UNAVAILABLE',
          'ERR_STATEMENT_DENIED',
        ],
      },
      schema: {
        tags,
        summary: 'Ask people for an approval of one exact statement',
        security: bySession,
        body: createApprovalRequestSchema,
        response: { 201: approvalSchema },
      },
    },
    async (request, reply) => {
      const session = authenticator.session(request)
      return reply.code(201).send(await approvals.request(session, request.body))
    },
  )

  app.get(
    '/v1/approvals',
    {
      schema: {
        tags,
        summary:
          'A page of the requests that the bearer may read: with `state=pending`, the inbox of an approver',
        security: byEither,
        querystring: z.strictObject({
          state: z.enum(approvalStates).optional(),
          order: z.enum(['newest', 'oldest']).default('newest'),
          limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(MAX_LISTED),
          cursor: z.string().max(200).optional(),
        }),
        response: { 200: approvalListSchema },
      },
    },
    async (request) => {
      const { leftOut, ...page } = await approvals.list(request.query, authenticator.either(request))
      for (const error of leftOut) logFailure(request.log, error)
      return page
    },
  )

  app.get(
    '/v1/approvals/:id',
    {
      config: { failures: ['ERR_APPROVAL_NOT_FOUND'] },
      schema: {
        tags,
        summary: 'One request; with `wait`, answered when it has left its state or after so many seconds',
        security: byEither,
        params,
        querystring: z.strictObject({
          wait: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).default(0),
          while: z.enum(approvalStates).default('pending').describe('The state to wait for the end of'),
        }),
        response: { 200: approvalSchema },
      },
    },
    async (request, reply) => {
      const reader = authenticator.either(request)
      const { wait: seconds, while: state } = request.query
      const leave = seconds === 0 ? null : waiting.take([ofReader(reader), atAddress(request, limits)])
      try {
        const signal = connectionSignal(reply, closing)
        return await approvals.read(request.params.id, reader, { while: state, seconds, signal })
      } finally {
        leave?.()
      }
    },
  )

  app.post(
    '/v1/approvals/:id/decision',
    {
      config: {
        failures: [
          'ERR_APPROVAL_NOT_FOUND',
          'ERR_APPROVAL_NOT_ELIGIBLE',
          'ERR_APPROVAL_STATE',
          'ERR_APPROVAL_DIGEST_MISMATCH',
        ],
      },
      schema: {
        tags,
        summary: 'Approve or reject, as an eligible approver',
        security: byPerson,
        params,
        body: decideApprovalRequestSchema,
        response: { 200: approvalSchema },
      },
    },
    async (request) => {
      const reviewer = authenticator.identity(request)
      return approvals.decide(reviewer, request.params.id, request.body)
    },
  )

  app.post(
    '/v1/approvals/:id/claim',
    {
      config: {
        failures: [
          'ERR_APPROVAL_NOT_FOUND',
          'ERR_APPROVAL_NOT_ELIGIBLE',
          'ERR_APPROVAL_STATE',
          'ERR_APPROVAL_DIGEST_MISMATCH',
          'ERR_APPROVAL_ROLE_NOT_CONFIGURED',
        ],
      },
      schema: {
        tags,
        summary: 'Spend the approval, once, and receive the elevated lease',
        security: bySession,
        params,
        body: claimApprovalRequestSchema,
        response: { 200: claimApprovalResponseSchema },
      },
    },
    async (request) => approvals.claim(authenticator.session(request), request.params.id, request.body),
  )

  app.post(
    '/v1/approvals/:id/settle',
    {
      config: { failures: ['ERR_APPROVAL_NOT_FOUND', 'ERR_APPROVAL_STATE'] },
      schema: {
        tags,
        summary: 'Tell how the claimed statement ended',
        security: bySession,
        params,
        body: settleApprovalRequestSchema,
        response: { 200: approvalSchema },
      },
    },
    async (request) => approvals.settle(authenticator.session(request), request.params.id, request.body),
  )

  app.post(
    '/v1/approvals/:id/cancel',
    {
      config: { failures: ['ERR_APPROVAL_NOT_FOUND', 'ERR_APPROVAL_STATE'] },
      schema: {
        tags,
        summary: 'Withdraw a request that was not claimed',
        security: bySession,
        params,
        response: { 200: approvalSchema },
      },
    },
    async (request) => approvals.cancel(authenticator.session(request), request.params.id),
  )

  app.post(
    '/v1/approvals/:id/revoke',
    {
      config: { failures: ['ERR_APPROVAL_NOT_FOUND', 'ERR_APPROVAL_NOT_ELIGIBLE', 'ERR_APPROVAL_STATE'] },
      schema: {
        tags,
        summary: 'Take an approval back and end what runs under it, as an operator or eligible approver',
        security: byPerson,
        params,
        response: { 200: approvalSchema },
      },
    },
    async (request) => {
      const person = authenticator.identity(request)
      return approvals.revoke(person, request.params.id)
    },
  )
}
