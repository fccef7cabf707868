import { expect } from 'vitest'
import type { TestBroker } from '../../packages/broker/src/test-support/start-test-broker.ts'

export interface Operation {
  readonly method: string
  readonly path: string
  readonly body: Schema | null
  readonly query: readonly { readonly name: string; readonly schema: Schema }[]
  /** What it is described to answer, by status. */
  readonly responses: Readonly<Record<string, { readonly description?: string }>>
}
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
}

interface Described {
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[]
  readonly responses: Operation['responses']
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

/** Every operation of the OpenAPI document of a broker. */
export const readOperations = async (broker: TestBroker): Promise<Operation[]> => {
  const { body } = await broker.send<Document>('GET', '/openapi.json', null)
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, parameters = [], responses }]) => ({
      method: method.toUpperCase(),
      path,
      body: requestBody?.content?.['application/json']?.schema ?? null,
      query: parameters.filter((parameter) => parameter.in === 'query'),
      responses,
    })),
  )
}

const errorOf = (text: string): { code: string; message: string; hint: string } => {
  const { error, ...rest } = JSON.parse(text)
  expect(rest).toEqual({})
  expect(Object.keys(error).filter((key) => key !== 'details')).toEqual(['code', 'message', 'hint'])
  return error
}

/** Every answer is one that the OpenAPI document describes: its status, and the code of a failure. */
export const assertDescribed = (
  { method, path, responses }: Operation,
  { status, text }: { readonly status: number; readonly text: string },
): void => {
  const where = `${method} ${path}: ${text.slice(0, 300)}`
  expect(status, where).toBeLessThan(500)
  expect(Object.keys(responses), where).toContain(String(status))
  if (status >= 400) expect(responses[status]?.description?.split(', '), where).toContain(errorOf(text).code)
}

interface Request {
  readonly bearer: string | null
  readonly id: string
  readonly query: Record<string, unknown>
  readonly body: string | Uint8Array<ArrayBuffer> | null
  readonly type: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The text of an answer; of an event stream, which does not end by itself, what comes first. */
const readAnswer = async (answer: Response): Promise<string> => {
  if (answer.headers.get('content-type') !== 'text/event-stream') return answer.text()
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  await reader?.cancel()
  return Buffer.from(first?.value ?? new Uint8Array()).toString()
}

/** Sends a request to an operation. */
export const ask = async (broker: TestBroker, operation: Operation, request: Request) => {
  const query = new URLSearchParams(
    Object.entries(request.query).map(
      ([name, value]) =>
        [name, typeof value === 'string' ? value : JSON.stringify(value)] as [string, string],
    ),
  )
  const path = operation.path.replace('{id}', encodeURIComponent(request.id))
  const answer = await fetch(`${broker.broker.url}${path}${query.size === 0 ? '' : `?${query}`}`, {
    method: operation.method,
    headers: {
      ...(request.bearer === null ? {} : { authorization: `Bearer ${request.bearer}` }),
      ...(request.body === null ? {} : { 'content-type': request.type }),
      ...request.headers,
    },
    ...(request.body === null || operation.method === 'GET' ? {} : { body: request.body }),
  })
  return { status: answer.status, text: await readAnswer(answer) }
}

/** The operation that a request is for. */
export const operationOf = (operations: readonly Operation[], method: string, path: string): Operation => {
  const pattern = path.replace(/[0-9a-f-]{36}/, '{id}')
  const found = operations.find((each) => each.method === method && each.path === pattern)
  if (found === undefined) throw new Error(`${method} ${pattern} is not described`)
  return found
}
