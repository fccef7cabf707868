import { parseExport, parseNoteKey, verifyExport } from '@snowfence/audit'
import type { Approval, Session } from '@snowfence/core'
import { noteStatement } from '../../packages/broker/src/test-support/clinic.ts'
import { digestFor, statementOf } from '../../packages/broker/src/test-support/start-test-broker.ts'

export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

/** One request to a broker at an address, answered with whatever status. */
export const send = async <T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
): Promise<Answer<T>> => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /^application.json(;|$)/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : { text }) as T,
  }
}

export const openSession = (url: string, identityToken: string): Promise<Answer<Session>> =>
  send(url, 'POST', '/v1/sessions', identityToken, {
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot' },
    client: { name: 'test', version: '0' },
    snowflake: { account: 'acme-clinic' },
  })

/** Asks for an approval of a statement that needs one. */
export const askApproval = (url: string, session: Session): Promise<Answer<Approval>> => {
  const statement = statementOf(noteStatement)
  return send(url, 'POST', '/v1/approvals', session.sessionToken, {
    statement,
    digest: digestFor(session, statement),
    reason: null,
  })
}

export const decide = (
  url: string,
  reviewerToken: string,
  approval: Pick<Approval, 'id' | 'digest'>,
  decision: 'approve' | 'reject' = 'approve',
): Promise<Answer<Approval>> =>
  send(url, 'POST', `/v1/approvals/${approval.id}/decision`, reviewerToken, {
    decision,
    comment: null,
    seenDigest: approval.digest,
  })

/** The whole trail, page by page, verified; and the ids of the spans in it. */
export const readTrail = async (url: string, auditorToken: string) => {
  let text = ''
  for (let path: string | undefined = '/v1/audit/records?limit=1000'; path !== undefined; ) {
    const page: Answer<{ text: string }> = await send<{ text: string }>(url, 'GET', path, auditorToken)
    if (page.status !== 200) throw new Error(`the trail was answered with ${page.status}`)
    text += page.body.text
    path = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
  }
  const { body } = await send<{ text: string }>(url, 'GET', '/v1/audit/key', null)
  const parsed = parseExport(text)
  const report = verifyExport({ ...parsed, verify: { key: parseNoteKey(body.text) } })
  const spanIds = parsed.records.map(({ text: record }) => JSON.parse(record).span.spanId as string)
  return { report, spanIds }
}
