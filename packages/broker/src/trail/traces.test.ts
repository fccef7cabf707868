import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AuditRecord,
  createAuditTrail,
  createOtlpSink,
  hashLeaf,
  parseExport,
  parseNoteKey,
  verifyCheckpoint,
  verifyConsistency,
  verifyExport,
  verifyInclusion,
} from '@snowfence/audit'
import { RECEIPT_HEADER, type Receipt, receiptSchema, Secret, type Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

describe('the trail', () => {
  let test: TestBroker
  let session: Session
  let collector: Server
  let isCollectorDown = false
  const collected: string[] = []
  let next = 1

  beforeAll(async () => {
    collector = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        if (!isCollectorDown) collected.push(body)
        response.statusCode = isCollectorDown ? 503 : 200
        response.end('{}')
      })
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    test = await startTestBroker({ config: { otlp: { endpoint } } })
    session = await test.openSession('agent')
  })
  afterAll(async () => {
    await test.close()
    collector.close()
    collector.closeAllConnections()
  })

  const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const texts = (key: string, values: string[]) => ({
    key,
    value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } },
  })
  const form = [text('snowfence.span', 'query'), { key: 'snowfence.schema.version', value: { intValue: 1 } }]
  const own = () => [...form, text('snowfence.session.id', session.sessionId)]
  const spanOf = (changes: Record<string, unknown> = {}, attributes: unknown[] = own()) => {
    next += 1
    const id = next.toString(16)
    return {
      traceId: id.padStart(32, '1'),
      spanId: id.padStart(16, '2'),
      name: 'query',
      kind: 3,
      attributes,
      ...changes,
    }
  }
  const requestOf = (spans: unknown[], resource: unknown[] = []) => ({
    resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ spans }] }],
  })
  const post = async (body: unknown, token = session.sessionToken) => {
    const answer = await test.send('POST', '/v1/traces', token, body)
    const header = answer.headers.get(RECEIPT_HEADER)
    const receipt: Receipt | null = header === null ? null : receiptSchema.parse(JSON.parse(header))
    return { ...answer, receipt }
  }
  const codeOf = (answer: { readonly body: unknown }): string =>
    (answer.body as { error: { code: string } }).error.code
  const treeSize = async (): Promise<number> => (await post(requestOf([]))).receipt!.treeSize
  const readExport = async (token: string, query = ''): Promise<string> =>
    (await test.send<{ text: string }>('GET', `/v1/audit/records${query}`, token)).body.text

  const recordsSince = async (size: number): Promise<AuditRecord[]> => {
    const lines = await readExport(await test.issuer.token('auditor'), `?after=${size - 1}`)
    return parseExport(lines).records.map(({ text }) => JSON.parse(text) as AuditRecord)
  }
  const namesSince = async (size: number): Promise<string[]> =>
    (await recordsSince(size)).map(({ span }) => span.name)

  it('acknowledges spans in JSON with a receipt of where they stand', async () => {
    const before = await treeSize()
    const { status, receipt } = await post(requestOf([spanOf(), spanOf()]))
    expect(status).toBe(200)
    expect(receipt).toMatchObject({ firstLeaf: before, leaves: 2, treeSize: before + 2 })
  })

  it('acknowledges spans that say of the session what the broker knows of it', async () => {
    const attributes = [
      ...own(),
      text('user.id', 'agent'),
      text('snowfence.purpose', 'HOPERAT'),
      text('gen_ai.agent.id', 'readmissions-bot'),
      texts('snowfence.principal.groups', ['clinic-agents']),
    ]
    expect((await post(requestOf([spanOf({}, attributes)]))).receipt?.leaves).toBe(1)
  })

  it("acknowledges what the SDK's own sink sends in protobuf", async () => {
    const sink = createOtlpSink({ broker: test.broker.url, token: () => new Secret(session.sessionToken) })
    const trail = createAuditTrail({ sink, serviceName: 'an agent' })
    const acknowledgements = await Promise.all(
      ['session.started', 'session.continued', 'session.ended'].map((event) =>
        trail.record('session', event, { 'snowfence.session.id': session.sessionId }),
      ),
    )
    expect(acknowledgements).toHaveLength(3)
    await trail.close()
  })

  it('acknowledges many of the largest records at once, in as many requests as they need', async () => {
    const sink = createOtlpSink({ broker: test.broker.url, token: () => new Secret(session.sessionToken) })
    const trail = createAuditTrail({ sink, serviceName: 'an agent' })
    // Of a connection that sends 1,000 statements at once, each with the longest names in a list.
    const groups = Array.from({ length: 40 }, () => '語'.repeat(600))
    const written = Array.from({ length: 256 }, () =>
      trail.record('approval', 'approval.executed', {
        'snowfence.session.id': session.sessionId,
        'snowfence.approval.approvers': groups,
      }),
    )
    expect(await Promise.all(written)).toHaveLength(256)
    await trail.close()
  })

  it('takes a retry for what it is: nothing is sealed twice', async () => {
    const request = requestOf([spanOf()])
    const first = await post(request)
    const second = await post(request)
    expect(second.receipt).toMatchObject({
      leaves: 0,
      held: [first.receipt?.firstLeaf],
      treeSize: first.receipt?.treeSize,
    })
  })

  it('never replaces a sealed span by another with its id', async () => {
    const span = spanOf()
    await post(requestOf([span]))
    const size = await treeSize()
    const answer = await post(requestOf([{ ...span, name: 'something else' }, spanOf()]))
    expect(answer.status).toBe(409)
    expect(codeOf(answer)).toBe('ERR_AUDIT_RECORD_CONFLICT')
    expect(await treeSize()).toBe(size)
  })

  it('refuses a request as a whole when one span is not of the session that sends it', async () => {
    const other = await test.openSession('second-agent')
    const size = await treeSize()
    const foreign = [
      spanOf({}, form),
      spanOf({}, [...form, text('snowfence.session.id', other.sessionId)]),
      spanOf({}, [...own(), text('user.id', 'second-agent')]),
      spanOf({}, [...own(), text('snowfence.principal.issuer', 'https://elsewhere.test')]),
      spanOf({}, [...own(), text('snowfence.purpose', 'TREAT')]),
      spanOf({}, [...own(), text('gen_ai.agent.id', 'another-bot')]),
      spanOf({}, [...own(), texts('snowfence.principal.groups', ['privacy-office'])]),
    ]
    for (const span of foreign) {
      const answer = await post(requestOf([spanOf(), span]))
      expect(answer.status).toBe(422)
      expect(codeOf(answer)).toBe('ERR_AUDIT_RECORD_REFUSED')
    }
    const disguised = await post(requestOf([spanOf()], [text('service.name', 'snowfence-broker')]))
    expect(codeOf(disguised)).toBe('ERR_AUDIT_RECORD_REFUSED')
    expect(await namesSince(size)).toEqual([...foreign, disguised].map(() => 'session.record_refused'))
  })

  it('refuses what could hide a value: unknown attributes, events, messages, literals in SQL text', async () => {
    const size = await treeSize()
    const hiding = [
      spanOf({}, [...own(), text('patient', '000-12-3456')]),
      spanOf({}, [...own(), text('snowfence.query.id', 'not one word')]),
      spanOf({ status: { code: 2, message: 'invalid value 000-12-3456' } }),
      spanOf({ events: [{ name: '000-12-3456' }] }),
      spanOf({}, [...own(), text('db.query.text', "select A from T where B = '000-12-3456'")]),
    ]
    for (const span of hiding) {
      const answer = await post(requestOf([span]))
      expect(codeOf(answer)).toBe('ERR_AUDIT_RECORD_REFUSED')
      expect(JSON.stringify(answer.body)).not.toContain('3456')
    }
    expect(await namesSince(size)).toEqual(hiding.map(() => 'session.record_refused'))
    expect(JSON.stringify(await recordsSince(size))).not.toContain('3456')
    const plain = await post(
      requestOf([spanOf({}, [...own(), text('db.query.text', 'select A from T where B = ?')])]),
    )
    expect(plain.receipt?.leaves).toBe(1)
  })

  it('finds a literal beside a name that has as many question marks', async () => {
    const sql = `select "??????" from T where B = '000-12-3456' and C = 900123456`
    const answer = await post(requestOf([spanOf({}, [...own(), text('db.query.text', sql)])]))
    expect(codeOf(answer)).toBe('ERR_AUDIT_RECORD_REFUSED')
  })

  it('records a refusal: who sent the record, which statement it was of, and why; once for each record', async () => {
    const size = await treeSize()
    const statement = `sha256:${'a'.repeat(64)}`
    const refused = spanOf({}, [
      text('snowfence.span', 'authorize'),
      { key: 'snowfence.schema.version', value: { intValue: 2 } },
      text('snowfence.session.id', session.sessionId),
      text('snowfence.statement.digest', statement),
      text('db.query.text', `select '000-12-3456'`),
    ])
    for (const spans of [[spanOf(), refused], [refused], [refused, spanOf()]]) {
      expect(codeOf(await post(requestOf(spans)))).toBe('ERR_AUDIT_RECORD_REFUSED')
    }
    const records = await recordsSince(size)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      source: { producer: 'broker', sessionId: session.sessionId, principal: { subject: 'agent' } },
      span: {
        name: 'session.record_refused',
        parentSpanId: null,
        attributes: {
          'snowfence.record.refused': 'ERR_AUDIT_RECORD_REFUSED',
          'snowfence.statement.digest': statement,
          'user.id': 'agent',
          'gen_ai.agent.id': 'readmissions-bot',
        },
      },
    })
    await post({ resourceSpans: 'no' })
    expect((await recordsSince(size))[1]?.span.attributes).toMatchObject({
      'snowfence.record.refused': 'ERR_AUDIT_REQUEST_INVALID',
    })
  })

  it('refuses what is not OTLP, and whoever is not a live session', async () => {
    expect(codeOf(await post({ resourceSpans: 'no' }))).toBe('ERR_AUDIT_REQUEST_INVALID')
    expect(codeOf(await post({ unknown: [] }))).toBe('ERR_AUDIT_REQUEST_INVALID')
    const identity = await test.issuer.token('agent')
    expect(codeOf(await post(requestOf([spanOf()]), identity))).toBe('ERR_SESSION_NOT_FOUND')
    const ended = await test.openSession('agent')
    await test.send('DELETE', `/v1/sessions/${ended.sessionId}`, ended.sessionToken)
    expect(codeOf(await post(requestOf([spanOf()]), ended.sessionToken))).toBe('ERR_SESSION_NOT_FOUND')
  })

  it('keeps one order however many send at once', async () => {
    const size = await treeSize()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(requestOf([spanOf(), spanOf()]))))
    const firsts = answers.map(({ receipt }) => receipt?.firstLeaf ?? -1).sort((left, right) => left - right)
    // The broker's own records, of refused tokens for one, may stand in between.
    const ends = [size, ...firsts.map((first) => first + 2)]
    expect(firsts.filter((first, index) => first < (ends[index] ?? Number.NaN))).toEqual([])
    expect(await treeSize()).toBeGreaterThanOrEqual(size + 40)
  })

  it('is verified offline from its exported pages, the public key and a receipt', async () => {
    const { receipt } = await post(requestOf([spanOf()]))
    const auditor = await test.issuer.token('auditor')
    const size = receipt?.treeSize ?? 0
    let pages = ''
    for (let after = -1; after < size - 1; after += 7) {
      pages += await readExport(auditor, `?after=${after}&limit=${Math.min(7, size - 1 - after)}`)
    }
    const key = parseNoteKey((await test.send<{ text: string }>('GET', '/v1/audit/key', null)).body.text)
    const anchors = [{ size, rootHash: receipt?.rootHash ?? '' }]
    const report = verifyExport({ ...parseExport(pages), verify: { key }, anchors })
    expect(report.problems).toEqual([])
    expect(report).toMatchObject({ intact: true, signed: true, records: size, sealed: size })
    const forged = pages.replace('"name":"query"', '"name":"quert"')
    expect(verifyExport({ ...parseExport(forged), verify: { key }, anchors }).intact).toBe(false)
  })

  it('proves each record and each growth of the tree', async () => {
    const auditor = await test.issuer.token('auditor')
    const first = await treeSize()
    const { receipt } = await post(requestOf([spanOf()]))
    const note = (await test.send<{ text: string }>('GET', '/v1/audit/checkpoint', auditor)).body.text
    const key = parseNoteKey((await test.send<{ text: string }>('GET', '/v1/audit/key', null)).body.text)
    const head = verifyCheckpoint(note, { key })
    expect(Buffer.from(head.root).toString('base64')).toBe(receipt?.rootHash)
    const decode = (hashes: readonly string[]) =>
      hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')))
    const index = receipt?.firstLeaf ?? -1
    const inclusion = await test.send<{ proof: string[] }>(
      'GET',
      `/v1/audit/proof/inclusion?index=${index}&size=${head.size}`,
      auditor,
    )
    const { records } = parseExport(await readExport(auditor, `?after=${index - 1}&limit=1`))
    const leafHash = hashLeaf(records[0]?.text ?? '')
    const proof = decode(inclusion.body.proof)
    expect(verifyInclusion({ leafHash, index, size: head.size, root: head.root, proof })).toBe(true)
    const consistency = await test.send<{ proof: string[] }>(
      'GET',
      `/v1/audit/proof/consistency?first=${first}&second=${head.size}`,
      auditor,
    )
    const before = parseExport(await readExport(auditor, `?after=-1&limit=${first}`)).heads.at(-1)
    expect(
      verifyConsistency({
        firstSize: first,
        firstRoot: decode([before?.rootHash ?? ''])[0]!,
        secondSize: head.size,
        secondRoot: head.root,
        proof: decode(consistency.body.proof),
      }),
    ).toBe(true)
    const beyond = await test.send(
      'GET',
      `/v1/audit/proof/inclusion?index=${head.size}&size=${head.size}`,
      auditor,
    )
    expect(codeOf(beyond)).toBe('ERR_REQUEST_INVALID')
  })

  it('shows auditors everything, a session its own records, and others nothing', async () => {
    const other = await test.openSession('second-agent')
    const own = parseExport(await readExport(other.sessionToken)).records.map(({ text }) => JSON.parse(text))
    expect(own.map(({ span }) => span.name)).toEqual(['session.created', 'lease.issued'])
    expect(own.every(({ source }) => source.sessionId === other.sessionId)).toBe(true)
    const refused = await test.send('GET', '/v1/audit/records', await test.issuer.token('agent'))
    expect(codeOf(refused)).toBe('ERR_IDENTITY_NOT_PERMITTED')
    expect((await test.send('GET', '/v1/audit/records', null)).status).toBe(401)
  })

  it('marks who handed a record over: a session cannot make one of the broker', async () => {
    const { receipt } = await post(requestOf([spanOf({ name: 'approval.approved' })]))
    const auditor = await test.issuer.token('auditor')
    const page = await readExport(auditor, `?after=${(receipt?.firstLeaf ?? 0) - 1}&limit=1`)
    expect(JSON.parse(parseExport(page).records[0]?.text ?? '').source).toMatchObject({
      producer: 'sdk',
      sessionId: session.sessionId,
      principal: { issuer: test.issuer.url, subject: 'agent' },
    })
  })

  it('is sent on to a collector, with the hash of each sealed record', async () => {
    const { receipt } = await post(requestOf([spanOf({ name: 'to be forwarded' })]))
    await expect.poll(() => collected.join('\n'), { timeout: 10_000 }).toContain('to be forwarded')
    const auditor = await test.issuer.token('auditor')
    const page = await readExport(auditor, `?after=${(receipt?.firstLeaf ?? 0) - 1}&limit=1`)
    const hash = Buffer.from(hashLeaf(parseExport(page).records[0]?.text ?? '')).toString('hex')
    expect(collected.join('\n')).toContain(hash)
    expect(collected.join('\n')).toContain('session.created')
  })

  it('loses no sealed record and blocks nobody while the collector is down', async () => {
    isCollectorDown = true
    const { status, receipt } = await post(requestOf([spanOf({ name: 'while it was down' })]))
    expect(status).toBe(200)
    expect(receipt?.leaves).toBe(1)
    isCollectorDown = false
    await expect.poll(() => collected.join('\n'), { timeout: 10_000 }).toContain('while it was down')
  })
})
