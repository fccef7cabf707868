import type { FastifyRequest, FastifyServerOptions } from 'fastify'

/**
 * What a log line says of a request: the route, never its address, so that no id, query or token of a client can be in
 * it. An error is logged by its name and code: its text may quote values.
 */
export const requestLog = (level: string): Exclude<FastifyServerOptions['logger'], boolean | undefined> => ({
  level,
  serializers: {
    req: (request: FastifyRequest) => ({
      method: request.method,
      route: request.routeOptions?.url ?? 'unknown',
      remoteAddress: request.ip,
    }),
    res: ({ statusCode = 0 }: { readonly statusCode?: number }) => ({ statusCode }),
    err: (error: Error & { readonly code?: unknown }) => ({
      type: error.name,
      message: '',
      stack: '',
      ...(typeof error.code === 'string' ? { code: error.code } : {}),
    }),
  },
  // Nothing of this is logged on purpose; the list holds when somebody adds a log line.
  redact: {
    paths: [
      'req.headers.authorization',
      'headers.authorization',
      'token',
      'identityToken',
      'sessionToken',
      '*.token',
      '*.identityToken',
      '*.sqlText',
    ],
    censor: '[secret]',
  },
})
