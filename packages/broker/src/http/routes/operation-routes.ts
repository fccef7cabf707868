import { isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { z } from 'zod'
import type { Metrics } from '../../metrics/create-metrics.ts'
import type { App } from '../app.ts'

export interface OperationRouteOptions {
  readonly metrics: Metrics
  /** Rejects when the broker cannot serve. */
  readonly checkReady: () => Promise<void>
}

const tags = ['operation']
const ok = z.strictObject({ status: z.literal('ok') })
const unavailable = z.strictObject({
  status: z.literal('unavailable'),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }),
})

/** What keeps the broker from serving, and what to do. */
const unavailableFor = (error: unknown): z.output<typeof unavailable> => {
  const { code, message, hint } = isSnowfenceError(error) ? error : new SnowfenceError('ERR_BROKER_INTERNAL')
  return { status: 'unavailable', error: { code, message, hint } }
}

export const addOperationRoutes = (app: App, { metrics, checkReady }: OperationRouteOptions): void => {
  /** Whoever asks meanwhile shares the answer: anybody may ask, and the database is asked once at a time. */
  let checking: Promise<void> | null = null

  app.get(
    '/healthz',
    { schema: { tags, summary: 'The process answers', response: { 200: ok } } },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      schema: {
        tags,
        summary: 'The broker can serve: its database answers, and there is space on the disk',
        response: { 200: ok, 503: unavailable },
      },
    },
    async (_request, reply) => {
      checking ??= checkReady().finally(() => {
        checking = null
      })
      return checking.then(
        () => reply.code(200).send({ status: 'ok' as const }),
        (error: unknown) => reply.code(503).send(unavailableFor(error)),
      )
    },
  )

  app.get(
    '/metrics',
    { config: { produces: ['text/plain'] }, schema: { tags, summary: 'Prometheus metrics' } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.print()),
  )
}
