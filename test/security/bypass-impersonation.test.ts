import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { digestOf, RECEIPT_HEADER, type Session, STATEMENTS_HEADER } from '@snowfence/core'
import { identifyingPattern } from '@snowfence/local'
import { CompactSign } from 'jose'
import { createGovernedPool, type GovernedConnection } from 'snowfence'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// Somebody who stands between the SDK and the broker, or a broker that lies: nothing is released on its word alone.

interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}
/** Changes an answer of the broker's, or gives null to cut the connection. */
type Tamper = (answer: Answer, count: number) => Answer | null | Promise<Answer | null>

let clinic: ClinicStack
let between: Server
let address: string
/** Requests are counted for each token: a connection of an earlier test may still send outcomes that it owes. */
let tampers: { readonly matches: RegExp; readonly tamper: Tamper; readonly counts: Map<string, number> }[] =
  []

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const forward = async (request: IncomingMessage): Promise<Answer> => {
  const { authorization, 'content-type': contentType } = request.headers
  const body = await readBody(request)
  // Whoever lies need not wait for the truth.
  const path = (request.url ?? '/').replace(/wait=\d+/, 'wait=0')
  const answer = await fetch(new URL(path, clinic.stack.broker.url), {
    method: request.method ?? 'GET',
    headers: {
      ...(authorization ? { authorization } : {}),
      ...(contentType ? { 'content-type': contentType } : {}),
    },
    ...(body.length > 0 ? { body } : {}),
  })
  const told = [RECEIPT_HEADER, STATEMENTS_HEADER].flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return {
    status: answer.status,
    headers: {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
      ...Object.fromEntries(told),
    },
    body: Buffer.from(await answer.arrayBuffer()),
  }
}

beforeAll(async () => {
  clinic = await startClinicStack()
  between = createServer((request, response) => {
    // The stream of events is left open and silent.
    if (/events$/.test(request.url ?? ''))
      return response.writeHead(200, { 'content-type': 'text/event-stream' })
    void (async () => {
      let answer: Answer | null = await forward(request)
      const rule = tampers.find(({ matches }) => matches.test(`${request.method} ${request.url}`))
      if (rule) {
        const token = request.headers.authorization ?? ''
        const count = (rule.counts.get(token) ?? 0) + 1
        rule.counts.set(token, count)
        answer = await rule.tamper(answer, count)
      }
      if (answer === null) return response.destroy()
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })().catch(() => response.destroy())
    return undefined
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(between.address() as AddressInfo).port}`
})
afterEach(() => {
  tampers = []
})
afterAll(async () => {
  between.closeAllConnections()
  between.close()
  await clinic.close()
})

const on = (matches: RegExp, tamper: Tamper): void => {
  tampers.push({ matches, tamper, counts: new Map() })
}
const connect = (): GovernedConnection => clinic.connection({ broker: address })

/** Rows that are streamed end when the outcome is durable: two answers of the broker, one after the other. */
const readToEnd = async (connection: GovernedConnection, sqlText: string): Promise<unknown[]> => {
  const rows: unknown[] = []
  for await (const row of connection.stream(sqlText)) rows.push(row)
  return rows
}

const withJson = (answer: Answer, change: (body: Record<string, unknown>) => unknown): Answer => ({
  ...answer,
  body: Buffer.from(JSON.stringify(change(JSON.parse(answer.body.toString()) as Record<string, unknown>))),
})

const withReceipt = (answer: Answer, change: (receipt: Record<string, unknown>) => unknown): Answer => ({
  ...answer,
  headers: {
    ...answer.headers,
    [RECEIPT_HEADER]: JSON.stringify(
      change(JSON.parse(answer.headers[RECEIPT_HEADER] ?? '{}') as Record<string, unknown>),
    ),
  },
})

test('the tables can fail: through an honest middle the rows come', async () => {
  const connection = await connect().connectAsync()
  expect((await connection.query('select PATIENT_ID, SSN from PATIENTS limit 2')).rows).toHaveLength(2)
})

describe('a policy that the broker did not sign', () => {
  const permissive = (document: string): string =>
    document
      .replaceAll(/mask: .*$/gm, (mask) =>
        mask.includes('identifier') ? mask : 'mask: { partial: { keepLast: 99 } }',
      )
      .replace('unclassified: withhold', 'unclassified: allow')
  const partsOf = ({ policy }: Pick<Session, 'policy'>) => {
    const [header = '', payload = '', signature = ''] = policy.jws.split('.')
    const read = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, string>
    return { header: read(header), payload: read(payload), signature, raw: { header, payload } }
  }
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forged = (session: Session) => {
    const { payload } = partsOf(session)
    const document = permissive(payload.document ?? '')
    return { ...payload, document, digest: digestOf(document) }
  }
  const sign = async (header: object, payload: object, key: KeyObject | Uint8Array): Promise<string> =>
    await new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader(header as { alg: string })
      .sign(key)
  const attackersKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  const forgeries: readonly (readonly [string, (session: Session) => string | Promise<string>])[] = [
    [
      'signed by nobody',
      (session) => `${encode({ ...partsOf(session).header, alg: 'none' })}.${encode(forged(session))}.`,
    ],
    [
      'with the signature of another',
      (session) => `${partsOf(session).raw.header}.${encode(forged(session))}.${partsOf(session).signature}`,
    ],
    [
      'with another digest',
      (session) =>
        `${partsOf(session).raw.header}.${encode({ ...partsOf(session).payload, digest: 'sha256:0' })}.${partsOf(session).signature}`,
    ],
    [
      'signed by another key under the name of the real one',
      async (session) =>
        await sign({ ...partsOf(session).header, alg: 'ES256' }, forged(session), attackersKey.privateKey),
    ],
    [
      'signed by a key in its header',
      async (session) =>
        await sign(
          { alg: 'ES256', typ: 'snowfence-policy', jwk: attackersKey.publicKey.export({ format: 'jwk' }) },
          forged(session),
          attackersKey.privateKey,
        ),
    ],
    [
      'signed by a key without a name',
      async (session) =>
        await sign({ alg: 'ES256', typ: 'snowfence-policy' }, forged(session), attackersKey.privateKey),
    ],
    [
      'signed with the public key as a secret',
      async (session) =>
        await sign(
          { ...partsOf(session).header, alg: 'HS256' },
          forged(session),
          Buffer.from(await (await fetch(`${clinic.stack.broker.url}/jwks.json`)).text()),
        ),
    ],
    ['that is a lease', (session) => session.lease.token],
    ['that is empty', () => ''],
    ['that is unprotected', (session) => `${encode(partsOf(session).payload)}`],
  ]

  test.each(forgeries)('%s is refused', async (_about, forge) => {
    on(/POST \/v1\/sessions$/, async (answer) => {
      const session = JSON.parse(answer.body.toString()) as Session
      const jws = await forge(session)
      return withJson(answer, (body) => ({ ...body, policy: { jws } }))
    })
    await expect(connect().connectAsync()).rejects.toMatchObject({
      snowfenceCode: 'ERR_POLICY_SIGNATURE_INVALID',
    })
  })
})

describe('a session that is not as it should be', () => {
  const changes: readonly (readonly [string, (body: Record<string, unknown>) => unknown])[] = [
    [
      'a lease for another role than the session gets',
      (body) => ({ ...body, lease: { ...(body.lease as object), role: 'CLINIC_NOTES_READER' } }),
    ],
    ['a lease that is no token', (body) => ({ ...body, lease: { ...(body.lease as object), token: 'x' } })],
    [
      'a lease of another kind',
      (body) => ({ ...body, lease: { ...(body.lease as object), kind: 'password' } }),
    ],
    ['no lease', ({ lease: _lease, ...body }) => body],
    ['no principal', ({ principal: _principal, ...body }) => body],
    ['a list', () => []],
  ]
  test.each(changes)('%s: nothing is read', async (_about, change) => {
    on(/POST \/v1\/sessions$/, (answer) => withJson(answer, change))
    const connection = connect()
    const outcome = await connection
      .connectAsync()
      .then(async () => await connection.query('select FIRST_NAME from PATIENTS limit 1'))
      .catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(Error)
  })

  test('an address that sends on elsewhere is not followed with a token', async () => {
    let told: string | undefined
    const elsewhere = createServer((request, response) => {
      told = request.headers.authorization
      response.end('{}')
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v1/sessions`
    on(/POST \/v1\/sessions$/, (answer) => ({ ...answer, status: 307, headers: { location } }))
    await expect(connect().connectAsync()).rejects.toMatchObject({ snowfenceCode: 'ERR_BROKER_UNREACHABLE' })
    expect(told).toBeUndefined()
    elsewhere.close()
  })
})

describe('a record of which nobody says that it is durable', () => {
  const failures: readonly (readonly [string, Tamper])[] = [
    [
      'no receipt',
      (answer) => ({ ...answer, headers: { 'content-type': answer.headers['content-type'] ?? '' } }),
    ],
    [
      'a receipt that is no JSON',
      (answer) => ({ ...answer, headers: { ...answer.headers, [RECEIPT_HEADER]: 'ok' } }),
    ],
    ['a receipt for no record', (answer) => withReceipt(answer, (receipt) => ({ ...receipt, leaves: 0 }))],
    [
      'a receipt with more than it should have',
      (answer) => withReceipt(answer, (receipt) => ({ ...receipt, more: 1 })),
    ],
    [
      'a tree that grew smaller',
      (answer, count) =>
        withReceipt(answer, (receipt) => ({
          ...receipt,
          treeSize: count === 1 ? receipt.treeSize : 0,
          firstLeaf: 0,
        })),
    ],
    [
      'a partial success',
      (answer) => ({
        ...answer,
        headers: { ...answer.headers, 'content-type': 'application/json' },
        body: Buffer.from('{"partialSuccess":{"rejectedSpans":"1"}}'),
      }),
    ],
    [
      'a refusal',
      (answer) => ({
        ...answer,
        status: 400,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"error":{"code":"ERR_AUDIT_RECORD_REFUSED","message":"no","hint":"no"}}'),
      }),
    ],
  ]
  describe.each([
    ['authorize', 1],
    ['query', 2],
  ] as const)('the record %s', (_record, at) => {
    test.each(failures)('with %s releases no row', async (what, tamper) => {
      const connection = await connect().connectAsync()
      // A tree can only be seen to shrink after it was seen once.
      const from = what.includes('smaller') ? 2 : at
      on(/POST \/v1\/traces/, (answer, count) => (count >= from ? tamper(answer, count) : answer))
      const rows: unknown[] = []
      const outcome = await (async () => {
        for await (const row of connection.stream('select PATIENT_ID from PATIENTS limit 1')) rows.push(row)
      })().catch((error: unknown) => error)
      const collected = await connection
        .query('select PATIENT_ID from PATIENTS limit 1')
        .catch((error: unknown) => error)
      expect(outcome).toBeInstanceOf(Error)
      expect(collected).toBeInstanceOf(Error)
      if (at === 1 && from === 1) expect(rows).toEqual([])
    })
  })
})

describe('a history that was rewritten', () => {
  const read = 'select PATIENT_ID from PATIENTS limit 1'
  const rewritten = { snowfenceCode: 'ERR_AUDIT_HISTORY_REWRITTEN', sqlState: '42501', retryable: false }
  /** From this answer on: fewer records than before, or as many with another root. */
  const rewrite = (kind: 'cut' | 'changed', from: number): void => {
    let before: Record<string, unknown> = {}
    on(/POST \/v1\/traces/, (answer, count) =>
      withReceipt(answer, (receipt) => {
        if (count < from) before = receipt
        if (count !== from) return receipt
        return kind === 'cut'
          ? { ...receipt, firstLeaf: 0, treeSize: 1 }
          : { ...receipt, firstLeaf: 0, treeSize: before.treeSize, rootHash: `${'A'.repeat(43)}=` }
      }),
    )
  }

  test.each([
    ['cut', 'authorize', 3],
    ['changed', 'authorize', 3],
    ['cut', 'query', 4],
  ] as const)(
    '%s, seen at the record %s, ends the connection under its own code, though the next answers look well',
    async (kind, _record, from) => {
      const connection = await connect().connectAsync()
      rewrite(kind, from)
      await readToEnd(connection, read)
      const rows: unknown[] = []
      const failed = await (async () => {
        for await (const row of connection.stream(read)) rows.push(row)
      })().catch((error: unknown) => error)
      expect(failed).toMatchObject(rewritten)
      expect((failed as Error).message).toMatch(/a tree of \d+ records and root/)
      if (from === 3) expect(rows).toEqual([])

      const ran = clinic.stack.warehouse.queryHistory().length
      for (const attempt of [connection.query(read), connection.query('select 1 as X')])
        await expect(attempt).rejects.toMatchObject(rewritten)
      expect(clinic.stack.warehouse.queryHistory()).toHaveLength(ran)
      expect(connection.isUp()).toBe(false)
      expect(await connection.isValidAsync()).toBe(false)
    },
  )

  test('ends the statements that are on their way, and those that wait for a person', async () => {
    const connection = await connect().connectAsync()
    rewrite('cut', 4)
    await readToEnd(connection, read)
    const waiting = connection
      .query('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 1')
      .catch((error: unknown) => error)
    const behind = connection.query(read).catch((error: unknown) => error)
    expect(await waiting).toMatchObject(rewritten)
    expect(await behind).toMatchObject(rewritten)
  })

  test('takes the connection out of its pool, and out of the hands of the next one', async () => {
    const pool = createGovernedPool({ ...clinic.options(), broker: address }, { max: 1 })
    const pooled = await pool.acquire()
    rewrite('cut', 3)
    await readToEnd(pooled, read)
    await expect(pooled.query(read)).rejects.toMatchObject(rewritten)
    await pool.release(pooled)
    const next = await pool.acquire()
    expect(next).not.toBe(pooled)
    expect((await next.query(read)).rows).toHaveLength(1)
    await pool.release(next)
    expect(await pool.acquire()).toBe(next)
    await pool.release(next)
    await pool.drain()
    await pool.clear()
  })

  test('an outage keeps its own code, and the connection may go on after it', async () => {
    const connection = await connect().connectAsync()
    // How many requests an attempt makes is not said here: outcomes that are owed are sent again with later ones.
    let isOut = true
    on(/POST \/v1\/traces/, (answer) => (isOut ? { ...answer, status: 503 } : answer))
    for (const attempt of [1, 2])
      await expect(connection.query(read), `attempt ${attempt}`).rejects.toMatchObject({
        snowfenceCode: 'ERR_AUDIT_NOT_DURABLE',
      })
    isOut = false
    expect((await connection.query(read)).rows).toHaveLength(1)
  }, 120_000)
})

describe('how many statements there were in this hour', () => {
  const read = 'select PATIENT_ID from PATIENTS limit 1'
  test.each([
    ['is not said', undefined],
    ['is no number', 'none'],
    ['is negative', '-1'],
    ['is a list', '1, 2'],
    ['is beyond every number', '9'.repeat(40)],
    ['is over the limit', '501'],
  ])('%s: a limited statement releases nothing', async (_what, count) => {
    const connection = await connect().connectAsync()
    on(/POST \/v1\/traces/, (answer) => {
      const { [STATEMENTS_HEADER]: _told, ...headers } = answer.headers
      return {
        ...answer,
        headers: count === undefined ? headers : { ...headers, [STATEMENTS_HEADER]: count },
      }
    })
    const rows: unknown[] = []
    const failed = await (async () => {
      for await (const row of connection.stream(read)) rows.push(row)
    })().catch((error: unknown) => error)
    expect(failed).toMatchObject({ snowfenceCode: 'ERR_RATE_LIMIT_EXCEEDED' })
    expect(rows).toEqual([])
  })
})

describe('an approval that nobody gave', () => {
  const notes = 'select TEXT from PSYCHOTHERAPY_NOTES limit 1'
  const approve = (body: Record<string, unknown>) => ({
    ...body,
    state: 'approved',
    validUntil: new Date(Date.now() + 60_000).toISOString(),
    decisions: [
      {
        approver: { issuer: 'https://issuer.test', subject: 'privacy-officer' },
        decision: 'approve',
        comment: null,
        at: new Date().toISOString(),
        seenDigest: body.digest,
      },
    ],
  })

  test.each<readonly [string, () => void]>([
    ['the answer says approved', () => on(/GET \/v1\/approvals\//, (answer) => withJson(answer, approve))],
    [
      'the answer and the claim say so, with the lease of the session',
      () => {
        let lease: unknown
        on(/POST \/v1\/sessions$/, (answer) => {
          lease = (JSON.parse(answer.body.toString()) as Session).lease
          return answer
        })
        let approval: Record<string, unknown> = {}
        on(/GET \/v1\/approvals\//, (answer) =>
          withJson(answer, (body) => {
            approval = approve(body)
            return approval
          }),
        )
        on(/POST .*\/claim$/, (answer) => ({
          ...answer,
          status: 200,
          body: Buffer.from(JSON.stringify({ lease, approval: { ...approval, state: 'claimed' } })),
        }))
      },
    ],
    [
      'the claim hands out a lease of its own making for the elevated role',
      () => {
        let approval: Record<string, unknown> = {}
        on(/GET \/v1\/approvals\//, (answer) =>
          withJson(answer, (body) => {
            approval = approve(body)
            return approval
          }),
        )
        on(/POST .*\/claim$/, (answer) => ({
          ...answer,
          status: 200,
          body: Buffer.from(
            JSON.stringify({
              lease: {
                id: 'x',
                kind: 'oauth',
                token: 'eyJhbGciOiJub25lIn0.e30.',
                user: 'CLINIC_AGENT',
                role: 'CLINIC_NOTES_READER',
                warehouse: 'AGENTS',
                expiresAt: new Date(Date.now() + 60_000).toISOString(),
              },
              approval: { ...approval, state: 'claimed' },
            }),
          ),
        }))
      },
    ],
    [
      'the request comes back with another digest',
      () =>
        on(/POST \/v1\/approvals$/, (answer) =>
          withJson(answer, (body) => ({ ...body, digest: 'sha256:0' })),
        ),
    ],
    [
      'the answer is about another statement',
      () =>
        on(/GET \/v1\/approvals\//, (answer) =>
          withJson(answer, (body) => ({ ...approve(body), digest: 'sha256:0' })),
        ),
    ],
    [
      'the answer says it was used already',
      () =>
        on(/GET \/v1\/approvals\//, (answer) => withJson(answer, (body) => ({ ...body, state: 'executed' }))),
    ],
  ])('%s: no note is read', async (_about, lie) => {
    lie()
    const connection = await connect().connectAsync()
    const outcome = await connection.query(notes).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(Error)
    expect(String((outcome as Error).message)).not.toMatch(identifyingPattern())
    const ran = clinic.stack.warehouse
      .queryHistory()
      .filter(({ queryText, roleName }) => queryText === notes && roleName === 'CLINIC_NOTES_READER')
    expect(ran).toEqual([])
  })
})

test('a session that is revoked on its way gives no further row', async () => {
  const connection = await clinic.connect()
  const stream = connection.stream('select * from ENCOUNTERS')
  const rows: unknown[] = []
  const ended = new Promise<unknown>((resolve) => {
    stream.once('error', resolve)
    stream.once('end', () => resolve(null))
  })
  await new Promise((resolve) => stream.once('readable', resolve))
  rows.push(stream.read())
  const { body } = await clinic.ask('auditor', 'GET', '/v1/audit/records')
  expect(body).toBeNull()
  const records = await fetch(new URL('/v1/audit/records', clinic.stack.broker.url), {
    headers: { authorization: `Bearer ${await clinic.stack.identityToken('auditor')}` },
  }).then(async (response) => await response.text())
  const [, id] =
    [
      ...records.matchAll(
        /session\.created[\s\S]*?([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})/g,
      ),
    ].at(-1) ?? []
  expect(id).toBeDefined()
  expect((await clinic.ask('operator', 'POST', `/v1/sessions/${id}/revoke`, { reason: 'test' })).status).toBe(
    204,
  )
  expect(await ended).toMatchObject({ snowfenceCode: 'ERR_SESSION_REVOKED' })
  await expect(connection.query('select 1 as X')).rejects.toMatchObject({
    snowfenceCode: 'ERR_SESSION_REVOKED',
  })
})
