import { identifyingPattern } from '@snowfence/local'
import { createGovernedPool, type GovernedConnection, type GovernedError } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

let clinic: ClinicStack
let connection: GovernedConnection

beforeAll(async () => {
  clinic = await startClinicStack()
  connection = await clinic.connect()
})
afterAll(async () => await clinic.close())

const notes = 'select NOTE_ID, TEXT from PSYCHOTHERAPY_NOTES order by NOTE_ID limit 2'

const pendingIds = async (): Promise<string[]> => {
  const { body } = await clinic.ask('reviewer', 'GET', '/v1/approvals?state=pending')
  return (body as { approvals: { id: string }[] }).approvals.map(({ id }) => id)
}

const untilPending = async (): Promise<string> => {
  for (;;) {
    const [id] = await pendingIds()
    if (id) return id
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const runsOf = (sqlText: string) =>
  clinic.stack.warehouse.queryHistory().filter(({ queryText }) => queryText === sqlText)

test('a statement that needs a person blocks, runs once on the elevated role, and needs another approval next time', async () => {
  const running = connection.query(notes, [], { reason: 'a complaint is investigated' })
  const id = await untilPending()
  expect(runsOf(notes)).toEqual([])
  expect(await clinic.decide('approve')).toBe(id)
  const { rows, decision } = await running
  expect(rows).toHaveLength(2)
  expect(decision.approval?.role).toBe('CLINIC_NOTES_READER')
  expect(runsOf(notes).map(({ roleName }) => roleName)).toEqual(['CLINIC_NOTES_READER'])
  const { body } = await clinic.ask('reviewer', 'GET', `/v1/approvals/${id}`)
  expect(body).toMatchObject({ state: 'executed', reason: 'a complaint is investigated' })

  const again = connection.attempt(notes)
  await untilPending()
  await clinic.decide('reject', 'one reading was enough')
  expect(await again).toMatchObject({
    kind: 'denied',
    code: 'ERR_APPROVAL_REJECTED',
    reason: expect.stringContaining('one reading was enough'),
  })
  expect(runsOf(notes)).toHaveLength(1)
})

test('the base role cannot read what needs an approval, whatever the SDK does', async () => {
  const { rows } = await connection.query('select COUNT(*) as N from PATIENTS')
  expect(rows).toHaveLength(1)
  expect(runsOf(notes).every(({ roleName }) => roleName === 'CLINIC_NOTES_READER')).toBe(true)
})

test('cancel withdraws the request, and nothing runs', async () => {
  const sqlText = 'select NOTE_ID from PSYCHOTHERAPY_NOTES limit 1'
  const outcome = new Promise<GovernedError>((resolve) => {
    const statement = connection.execute({
      sqlText,
      complete: (error) => resolve(error as unknown as GovernedError),
    })
    void untilPending().then(() => statement.cancel())
  })
  expect(await outcome).toMatchObject({ sqlState: '57014' })
  await expect.poll(pendingIds).toEqual([])
  expect(runsOf(sqlText)).toEqual([])
})

test('a signal withdraws the request', async () => {
  const aborting = new AbortController()
  const running = connection.query('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 2', [], {
    signal: aborting.signal,
  })
  await untilPending()
  aborting.abort()
  await expect(running).rejects.toMatchObject({ sqlState: '57014' })
  await expect.poll(pendingIds).toEqual([])
})

test('destroy fails a statement that waits with 407002 and withdraws its request', async () => {
  const other = await clinic.connect()
  const running = other.query('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 3')
  await untilPending()
  const destroyed = other[Symbol.asyncDispose]()
  await expect(running).rejects.toMatchObject({ code: 407002, isFatal: true })
  await destroyed
  await expect.poll(pendingIds).toEqual([])
})

test('a program waits no longer than it said, and its request is withdrawn', async () => {
  const other = await clinic.connect({ approvalTimeoutMs: 300 })
  expect(await other.attempt('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 9')).toMatchObject({
    kind: 'denied',
    code: 'ERR_APPROVAL_EXPIRED',
  })
  await expect.poll(pendingIds).toEqual([])
})

test('a statement behind one that waits does not overtake it', async () => {
  const other = await clinic.connect()
  const waiting = other.query('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 4')
  let isDone = false
  const behind = other.query("select 'behind' as PLACE").finally(() => {
    isDone = true
  })
  await untilPending()
  expect(isDone).toBe(false)
  await clinic.decide('approve')
  await waiting
  expect((await behind).rows).toEqual([{ PLACE: 'behind' }])
})

test('a pooled connection that is given back stays lent out while its statement waits for a person', async () => {
  const pool = createGovernedPool(clinic.options(), { max: 1 })
  const pooled = await pool.acquire()
  const waiting = pooled.query('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 7')
  const released = pool.release(pooled)
  let isLent = false
  const next = pool.acquire().then((connection) => {
    isLent = true
    return connection
  })
  await untilPending()
  expect(isLent).toBe(false)
  await clinic.decide('approve')
  expect((await waiting).rows).toHaveLength(7)
  await released
  await pool.release(await next)
  await pool.drain()
  await pool.clear()
})

test('with onApproval throw the error carries the id, and resume runs it later', async () => {
  const sqlText = 'select NOTE_ID from PSYCHOTHERAPY_NOTES order by NOTE_ID limit 5'
  const outcome = await connection.attempt(sqlText, [], { onApproval: 'throw' })
  expect(outcome).toMatchObject({ kind: 'pending', approvalId: expect.any(String) })
  const { approvalId } = outcome as { approvalId: string }
  const resumed = connection.resume(approvalId)
  await clinic.decide('approve')
  expect((await resumed).rows).toHaveLength(5)
  await expect(connection.resume(approvalId, { sqlText })).rejects.toMatchObject({
    snowfenceCode: 'ERR_APPROVAL_STATE',
  })
})

test('another connection resumes only the statement that was approved', async () => {
  const sqlText = 'select NOTE_ID from PSYCHOTHERAPY_NOTES where NOTE_ID > ? limit 6'
  const outcome = await connection.attempt(sqlText, [3], { onApproval: 'throw' })
  const { approvalId } = outcome as { approvalId: string }
  await clinic.decide('approve')
  const other = await clinic.connect()
  await expect(other.resume(approvalId)).rejects.toMatchObject({ code: 'ERR_APPROVAL_NOT_FOUND' })
  for (const changed of [
    { sqlText, binds: [0] },
    { sqlText: 'select * from PSYCHOTHERAPY_NOTES where NOTE_ID > ? limit 6', binds: [3] },
  ])
    await expect(other.resume(approvalId, changed)).rejects.toMatchObject({
      snowfenceCode: 'ERR_APPROVAL_DIGEST_MISMATCH',
    })
})

test('binds that the caller changes while a person decides are not what runs', async () => {
  const binds = [1]
  const running = connection.query<{ NOTE_ID: number }>(
    'select NOTE_ID from PSYCHOTHERAPY_NOTES where NOTE_ID = ?',
    binds,
  )
  await untilPending()
  binds[0] = 2
  await clinic.decide('approve')
  expect((await running).rows).toEqual([{ NOTE_ID: 1 }])
})

test('what needs a person is not started asynchronously', async () => {
  const outcome = new Promise((resolve) =>
    connection.execute({
      sqlText: 'select NOTE_ID from PSYCHOTHERAPY_NOTES limit 8',
      asyncExec: true,
      complete: (error) => resolve(error),
    }),
  )
  expect(await outcome).toMatchObject({
    snowfenceCode: 'ERR_STATEMENT_DENIED',
    hint: 'run it without asyncExec',
  })
})

test('what is not revealed stays masked on the elevated role', async () => {
  const running = connection.query(
    'select P.SSN, P.LAST_NAME from PSYCHOTHERAPY_NOTES N join PATIENTS P on P.PATIENT_ID = N.PATIENT_ID limit 5',
  )
  await untilPending()
  await clinic.decide('approve')
  const { rows } = await running
  expect(rows).toHaveLength(5)
  expect(JSON.stringify(rows).match(identifyingPattern())).toBeNull()
})

interface SpanView {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}

const sealedSpans = async (): Promise<SpanView[]> => {
  const response = await fetch(new URL('/v1/audit/records', clinic.stack.broker.url), {
    headers: { authorization: `Bearer ${await clinic.stack.identityToken('auditor')}` },
  })
  const lines = (await response.text()).split('\n').filter((line) => line !== '')
  return lines
    .map((line) => JSON.parse(line) as { kind: string; record: { span: SpanView } })
    .filter(({ kind }) => kind === 'record')
    .map(({ record }) => record.span)
}

test('what the broker records of an approval stands below the statement, in its trace', async () => {
  const running = connection.query('select NOTE_ID, TEXT from PSYCHOTHERAPY_NOTES limit 3')
  await clinic.ask('reviewer', 'GET', `/v1/approvals/${await untilPending()}`)
  const id = await clinic.decide('approve')
  const { traceId } = await running
  const ofTrace = async () => (await sealedSpans()).filter((span) => span.traceId === traceId)
  await expect.poll(async () => (await ofTrace()).map(({ name }) => name)).toContain('approval.settled')
  const spans = await ofTrace()
  const statement = spans.find(({ parentSpanId }) => parentSpanId === null)
  const ofApproval = (await sealedSpans()).filter(
    ({ name, attributes }) => name.startsWith('approval.') && attributes['snowfence.approval.id'] === id,
  )
  expect(ofApproval.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'approval.requested',
      'approval.shown',
      'approval.decided',
      'approval.approved',
      'approval.claimed',
      'approval.settled',
    ]),
  )
  const elevated = spans.filter(({ name }) => name === 'lease.issued')
  expect(elevated).toHaveLength(1)
  for (const span of [...ofApproval, ...elevated])
    expect(span).toMatchObject({ traceId, parentSpanId: statement?.spanId })
})
