import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Account } from '../account.ts'
import { invalidRequest, success } from './envelope.ts'
import { readSessionToken } from './session-token.ts'

const renewSchema = z.looseObject({ requestType: z.literal('RENEW'), oldSessionToken: z.string() })

/** Renewal, heartbeat and end of a session, and the driver's telemetry, which is not kept. */
export const addSessionRoutes = (server: FastifyInstance, account: Account): void => {
  server.post('/session/token-request', async (request) => {
    const body = renewSchema.safeParse(request.body)
    if (!body.success) throw invalidRequest()
    const session = account.sessions.renew(readSessionToken(request), body.data.oldSessionToken)
    return success({
      sessionToken: session.token,
      validityInSecondsST: account.settings.sessionSeconds,
      masterToken: session.masterToken,
      validityInSecondsMT: account.settings.masterSeconds,
      sessionId: session.id,
    })
  })

  server.post('/session/heartbeat', async (request) => {
    account.sessions.byToken(readSessionToken(request))
    return success(null)
  })

  server.post('/session', async (request) => {
    const query = request.query as { readonly delete?: unknown }
    if (query.delete !== 'true') throw invalidRequest()
    await account.endSession(account.sessions.byToken(readSessionToken(request)))
    return success(null)
  })

  server.post('/telemetry/send', async () => success('Log Received'))
}
