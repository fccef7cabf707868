import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Account } from '../account.ts'
import { FileTooLargeError } from '../stage/staged-files.ts'
import { isStagedPath } from '../stage/staged-path.ts'
import type { TransferGrant } from '../stage/transfer-grants.ts'
import { transferBucket } from '../statement/run-transfer.ts'

const digestHeader = 'x-goog-meta-sfc-digest'

/** Where drivers carry staged files to and from, by the rules of Google Cloud Storage's XML interface. */
export const stageEndPoint = (baseUrl: string): string => `${baseUrl}/stage-files`

const tokenOf = ({ headers }: FastifyRequest): string | null =>
  /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? null

const isWithin = (grant: TransferGrant, path: string): boolean =>
  isStagedPath(path) &&
  (grant.mode === 'download'
    ? grant.paths.has(path)
    : path.startsWith(grant.prefix) && !path.slice(grant.prefix.length).includes('/'))

/**
 * The addresses of staged files. A request is let through by the token of one PUT or GET, to the paths of that one
 * alone. It never answers 401: a driver takes that as a wish for a new token, and asks without end.
 */
export const addStageRoutes = (server: FastifyInstance, account: Account): void => {
  const admit = (request: FastifyRequest, mode: TransferGrant['mode'] | null) => {
    const grant = account.stages.grants.find(tokenOf(request))
    const path = (request.params as { readonly '*': string })['*']
    if (!grant || (mode !== null && grant.mode !== mode) || !isWithin(grant, path)) return null
    return { grant, path, file: account.stages.files.find(grant.stage, path) }
  }

  server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // The bytes of a file are nobody's JSON, and are not collected.
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    const route = `/stage-files/${transferBucket}/*`

    scope.put(route, async (request, reply) => {
      const admitted = admit(request, 'upload')
      if (!admitted) return reply.code(404).send()
      const { grant, path, file } = admitted
      if (file && !grant.overwrite) return reply.code(412).send()
      const digest = request.headers[digestHeader]
      const content = (request.body as IncomingMessage | undefined) ?? []
      try {
        await account.stages.files.write(
          grant.stage,
          path,
          content,
          typeof digest === 'string' ? digest : null,
        )
      } catch (error) {
        if (error instanceof FileTooLargeError) return reply.code(413).send()
        throw error
      }
      return reply.code(200).send()
    })

    scope.head(route, async (request, reply) => {
      const file = admit(request, null)?.file
      if (!file) return reply.code(404).send()
      return reply
        .headers({
          'content-length': file.size,
          ...(file.digest === null ? {} : { [digestHeader]: file.digest }),
        })
        .send()
    })

    scope.get(route, async (request, reply) => {
      const file = admit(request, 'download')?.file
      if (!file) return reply.code(404).send()
      return reply
        .type('application/octet-stream')
        .headers(file.digest === null ? {} : { [digestHeader]: file.digest })
        .send(await account.stages.files.read(file))
    })
  })
}
