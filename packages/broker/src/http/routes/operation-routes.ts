import { z } from 'zod'
import type { Metrics } from '../../metrics/create-metrics.ts'
import type { App } from '../app.ts'

export interface OperationRouteOptions {
  readonly metrics: Metrics
  /** Rejects when the broker cannot serve. */
  readonly checkReady: () => Promise<void>
}

const tags = ['operation']
const status = (value: 'ok' | 'unavailable') => z.strictObject({ status: z.literal(value) })

export const addOperationRoutes = (app: App, { metrics, checkReady }: OperationRouteOptions): void => {
  /** Whoever asks meanwhile shares the answer: anybody may ask, and the database is asked once at a time. */
  let checking: Promise<void> | null = null

  app.get(
    '/healthz',
    { schema: { tags, summary: 'The process answers', response: { 200: status('ok') } } },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      schema: {
        tags,
        summary: 'The broker can serve: its database answers',
        response: { 200: status('ok'), 503: status('unavailable') },
      },
    },
    async (_request, reply) => {
      checking ??= checkReady().finally(() => {
        checking = null
      })
      return checking.then(
        () => reply.code(200).send({ status: 'ok' as const }),
        () => reply.code(503).send({ status: 'unavailable' as const }),
      )
    },
  )

  app.get('/metrics', { schema: { tags, summary: 'Prometheus metrics' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.print()),
  )
}
