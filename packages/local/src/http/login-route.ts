import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Account } from '../account.ts'
import { logIn } from '../login/log-in.ts'
import type { Session } from '../session/session.ts'
import { serverVersion } from '../statement/context-function.ts'
import { invalidRequest, success } from './envelope.ts'

const text = z.string().optional()
const bodySchema = z.looseObject({
  data: z.looseObject({
    ACCOUNT_NAME: text,
    AUTHENTICATOR: text,
    LOGIN_NAME: text,
    PASSWORD: text,
    TOKEN: text,
    SESSION_PARAMETERS: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  }),
})
const querySchema = z.looseObject({ roleName: text, databaseName: text, schemaName: text, warehouse: text })

export const addLoginRoute = (server: FastifyInstance, account: Account): void => {
  server.post('/session/v1/login-request', async (request) => {
    const body = bodySchema.safeParse(request.body)
    const query = querySchema.safeParse(request.query)
    if (!body.success || !query.success) throw invalidRequest()
    const { data } = body.data
    const session = await logIn(account, {
      accountName: data.ACCOUNT_NAME ?? null,
      authenticator: data.AUTHENTICATOR ?? 'SNOWFLAKE',
      loginName: data.LOGIN_NAME || null,
      password: data.PASSWORD ?? null,
      token: data.TOKEN ?? null,
      role: query.data.roleName || null,
      database: query.data.databaseName || null,
      schema: query.data.schemaName || null,
      warehouse: query.data.warehouse || null,
      parameters: data.SESSION_PARAMETERS ?? {},
    })
    return success(loginData(account, session))
  })
}

const loginData = (account: Account, session: Session) => ({
  token: session.token,
  masterToken: session.masterToken,
  validityInSeconds: account.settings.sessionSeconds,
  masterValidityInSeconds: account.settings.masterSeconds,
  displayUserName: session.user.name,
  serverVersion,
  firstLogin: false,
  remMeToken: null,
  remMeValidityInSeconds: 0,
  healthCheckInterval: 45,
  newClientForUpgrade: null,
  sessionId: session.id,
  parameters: session.parameters.list(),
  sessionInfo: {
    databaseName: session.database,
    schemaName: session.schema,
    warehouseName: session.warehouse,
    roleName: session.role,
  },
  idToken: null,
  idTokenValidityInSeconds: 0,
  responseData: null,
})
