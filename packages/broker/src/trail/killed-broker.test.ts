import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseExport, parseNoteKey, verifyExport } from '@snowfence/audit'
import { RECEIPT_HEADER, type Receipt, receiptSchema, type Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

const KILLS = 3
const SENDERS = 8
const script = fileURLToPath(new URL('../test-support/run-broker.ts', import.meta.url))

interface Running {
  readonly url: string
  kill(): Promise<void>
}

/** One request of a sender: its spans' ids, and what the broker answered, if it could. */
interface Sent {
  readonly spanIds: readonly string[]
  readonly body: string
  receipt: Receipt | null
}

describe('a broker that is killed again and again', () => {
  let test: TestBroker
  let directory: string
  let children: ChildProcess[] = []

  beforeAll(async () => {
    test = await startTestBroker()
    directory = await mkdtemp(join(tmpdir(), 'snowfence-killed-'))
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    children = []
    await test.close()
    await rm(directory, { recursive: true, force: true })
  })

  const start = async (): Promise<Running> => {
    const config = { ...test.config, dataDir: directory }
    const child = spawn(process.execPath, ['--conditions=snowfence-source', script, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
      child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)))
    })
    return {
      url,
      kill: () => {
        child.kill('SIGKILL')
        return ended
      },
    }
  }

  const request = (url: string, token: string, body?: string): Promise<Response> =>
    fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })

  const openSession = async (url: string): Promise<Session> => {
    const body = {
      purpose: 'HOPERAT',
      agent: { id: 'a' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    }
    const token = await test.issuer.token('agent')
    return (await (await request(`${url}/v1/sessions`, token, JSON.stringify(body))).json()) as Session
  }

  const newRequest = ({ sessionId }: Session): Sent => {
    const spans = Array.from({ length: randomInt(1, 4) }, () => ({
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      name: 'query',
      kind: 3,
      attributes: [
        { key: 'snowfence.span', value: { stringValue: 'query' } },
        { key: 'snowfence.schema.version', value: { intValue: 1 } },
        { key: 'snowfence.session.id', value: { stringValue: sessionId } },
      ],
    }))
    return {
      spanIds: spans.map(({ spanId }) => spanId),
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
      receipt: null,
    }
  }

  /** Null when the broker died before it could answer. */
  const post = async (url: string, { sessionToken }: Session, sent: Sent): Promise<Receipt | null> => {
    const answer = await request(`${url}/v1/traces`, sessionToken, sent.body).catch(() => null)
    if (answer === null) return null
    expect(answer.status).toBe(200)
    return receiptSchema.parse(JSON.parse(answer.headers.get(RECEIPT_HEADER) ?? ''))
  }

  const readExport = async (url: string): Promise<string> => {
    const token = await test.issuer.token('auditor')
    let text = ''
    for (let path: string | undefined = '/v1/audit/records'; path !== undefined; ) {
      const page = await request(`${url}${path}`, token)
      text += await page.text()
      path = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
    }
    return text
  }

  it('has every record that it acknowledged, at its leaf, once, in a trail that verifies', async () => {
    let broker = await start()
    const session = await openSession(broker.url)
    const identityToken = await test.issuer.token('agent')
    const all: Sent[] = []

    for (let kill = 0; kill < KILLS; kill += 1) {
      const { url } = broker
      let isOver = false
      const senders = Array.from({ length: SENDERS }, async () => {
        while (!isOver) {
          const sent = newRequest(session)
          all.push(sent)
          sent.receipt = await post(url, session, sent)
          if (sent.receipt === null) return
        }
      })
      const renewer = (async () => {
        while (!isOver) {
          const path = `/v1/sessions/${session.sessionId}/renew`
          const body = JSON.stringify({ identityToken })
          if ((await request(`${url}${path}`, session.sessionToken, body).catch(() => null)) === null) return
          await setTimeout(40)
        }
      })()
      await setTimeout(randomInt(20, 700))
      await broker.kill()
      isOver = true
      await Promise.all([...senders, renewer])

      broker = await start()
      // As an SDK does: what had no answer is sent again, with the same ids.
      for (const sent of all.filter(({ receipt }) => receipt === null)) {
        const receipt = await post(broker.url, session, sent)
        expect([0, sent.spanIds.length]).toContain(receipt?.leaves)
        if (receipt?.leaves !== 0) sent.receipt = receipt
      }
    }

    const parsed = parseExport(await readExport(broker.url))
    const key = parseNoteKey(await (await fetch(`${broker.url}/v1/audit/key`)).text())
    const receipts = all.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]))
    const anchors = receipts.map(({ treeSize, rootHash }) => ({ size: treeSize, rootHash }))
    const report = verifyExport({ ...parsed, verify: { key }, anchors })
    expect(report.problems).toEqual([])
    expect(report).toMatchObject({ intact: true, signed: true, records: report.sealed })

    const leaves = parsed.records.map(({ text }) => JSON.parse(text).span.spanId as string)
    expect(new Set(leaves).size).toBe(leaves.length)
    expect(receipts.length).toBeGreaterThan(KILLS * SENDERS)
    for (const { receipt, spanIds } of all) {
      if (receipt !== null) {
        expect(leaves.slice(receipt.firstLeaf, receipt.firstLeaf + receipt.leaves)).toEqual(spanIds)
      }
      expect(spanIds.filter((spanId) => !leaves.includes(spanId))).toEqual([])
    }
    await broker.kill()
  }, 180_000)
})
