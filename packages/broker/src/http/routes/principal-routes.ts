import {
  restorePrincipalRequestSchema,
  restorePrincipalResponseSchema,
  revokedPrincipalsSchema,
  revokePrincipalRequestSchema,
  revokePrincipalResponseSchema,
} from '@snowfence/core'
import type { BrokerConfig } from '../../config/broker-config.ts'
import type { Revocations } from '../../sessions/revocations.ts'
import type { SessionService } from '../../sessions/session-service.ts'
import type { App } from '../app.ts'
import type { Authenticator } from '../authenticate.ts'
import { logFailure } from '../log-failure.ts'

export interface PrincipalRouteOptions {
  readonly authenticator: Authenticator
  readonly sessions: SessionService
  readonly revocations: Revocations
  readonly groups: BrokerConfig['groups']
}

const tags = ['principals']
const security = [{ identity: [] }]

/** Routes of operators: who is kept out. */
export const addPrincipalRoutes = (app: App, options: PrincipalRouteOptions): void => {
  const { authenticator, sessions, revocations, groups } = options

  app.post(
    '/v1/principals/revoke',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'] },
      schema: {
        tags,
        summary: 'Keep a principal and its person out, and end every session of theirs, by an operator',
        security,
        body: revokePrincipalRequestSchema,
        response: { 200: revokePrincipalResponseSchema },
      },
    },
    async (request) => {
      const operator = authenticator.memberOf(request, groups.operators)
      // First nobody comes in any more, then those end who are in.
      const people = await revocations.revoke(request.body, operator)
      const ended = await sessions.revokePerson(people, request.body.reason)
      if (ended.unreadable.length > 0)
        request.log.error(
          { sessions: ended.unreadable },
          'rows of sessions that were revoked could not be read',
        )
      return ended
    },
  )

  app.post(
    '/v1/principals/restore',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'] },
      schema: {
        tags,
        summary: 'Lift the revocation of a principal, by an operator',
        security,
        body: restorePrincipalRequestSchema,
        response: { 200: restorePrincipalResponseSchema },
      },
    },
    async (request) => {
      const operator = authenticator.memberOf(request, groups.operators)
      return { restored: await revocations.restore(request.body, operator) }
    },
  )

  app.get(
    '/v1/principals/revoked',
    {
      config: { failures: ['ERR_IDENTITY_NOT_PERMITTED'] },
      schema: {
        tags,
        summary: 'The revocations that stand, newest first, for operators',
        security,
        response: { 200: revokedPrincipalsSchema },
      },
    },
    async (request) => {
      authenticator.memberOf(request, groups.operators)
      const { revoked, damages } = await revocations.list()
      for (const damage of damages) logFailure(request.log, damage)
      return { revoked }
    },
  )
}
