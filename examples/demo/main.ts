// The demonstration: a warehouse with sample patients, an identity provider, the broker, an agent and a reviewer, on this machine.
import { parseArgs } from 'node:util'
import { startDevStack, untilInterrupted } from '@snowfence/cli/dev'
import { startAgent } from './agent.ts'
import { checkRecord, createPrinter, recordOf } from './report.ts'
import { createReviewer } from './reviewer.ts'
import { demoStatements } from './statements.ts'
import { readTrail } from './trail.ts'

const { values: flags } = parseArgs({
  options: {
    serve: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'data-dir': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (flags.help) {
  process.stdout.write(
    "npm run demo                 show the whole way of a statement\nnpm run demo -- --serve      keep everything up afterwards, until Ctrl-C\nnpm run demo -- --json       one JSON object per statement\nnpm run demo -- --data-dir F keep the broker's data in the folder F\n",
  )
  process.exit(0)
}

const print = createPrinter(flags.json ? process.stderr : process.stdout)
const emit = (value: unknown) => {
  if (flags.json) process.stdout.write(`${JSON.stringify(value)}\n`)
}
const show = (draw: () => void) => {
  if (!flags.json) draw()
}

const problems: string[] = []
const interrupted = flags.serve ? untilInterrupted() : null
const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
const stack = await startDevStack({
  ...(endpoint === undefined ? {} : { otlpEndpoint: endpoint }),
  ...(flags['data-dir'] === undefined ? {} : { dataDir: flags['data-dir'] }),
})
try {
  const { broker, warehouse } = stack
  show(() => {
    print.title('Snowfence: an agent queries patient records, and never holds a credential for them')
    print.line(
      print.style(
        'dim',
        `   warehouse ${warehouse.url}   broker ${broker.url}   identity provider ${stack.identityProvider.issuer}`,
      ),
    )
  })
  const agent = await startAgent({
    account: warehouse.account,
    accessUrl: warehouse.url,
    brokerUrl: broker.url,
    identityToken: () => stack.identityToken('agent'),
  })
  const reviewer = createReviewer(broker.url, () => stack.identityToken('reviewer'))
  let shownTrace: string | null = null
  let trail: Awaited<ReturnType<typeof readTrail>> | null = null
  const approvals: string[] = []

  for (const [index, statement] of demoStatements.entries()) {
    const number = index + 1
    show(() => print.asked(number, statement))
    if (statement.brokerStopped) {
      trail = await readTrail(broker.url, () => stack.identityToken('auditor'), shownTrace)
      if (!flags.serve) await broker.close()
    }
    if (statement.brokerStopped && flags.serve) {
      show(() => print.line(print.style('dim', '   left out with --serve: the broker stays up')))
      continue
    }
    const done = new AbortController()
    const review = statement.reviewer
      ? reviewer
          .decideNext(
            statement.reviewer,
            statement.reviewer === 'approve' ? 'part of the weekly review' : 'not needed for this report',
            done.signal,
          )
          .then((request) => show(() => print.reviewed(request, statement.reviewer ?? '')))
          .catch((error: unknown) => {
            if (!done.signal.aborted) throw error
          })
      : Promise.resolve()
    const answer = await agent.ask(statement.sql, statement.binds)
    done.abort()
    await review
    const record = recordOf(number, statement, answer, statement.reviewer ? 'privacy-officer' : null)
    const wrong = checkRecord(record, statement)
    if (record.approval) {
      if (approvals.includes(record.approval.id)) wrong.push('an approval was used twice')
      approvals.push(record.approval.id)
      if (record.approval.outcome === 'approved') shownTrace = record.traceId
    }
    problems.push(...wrong.map((problem) => `statement ${number}: ${problem}`))
    show(() => print.answered(record, wrong))
    emit(record)
  }

  if (trail === null) throw new Error('the trail was not read')
  const { records, report, tree } = trail
  problems.push(...report.problems)
  show(() => {
    print.title('The trace of one approved statement, from the sealed trail')
    print.line(tree)
    print.title('Summary')
    print.line(`   ${demoStatements.length} statements, ${approvals.length} of them put before a person`)
    print.line(
      `   ${records} audit records, sealed; verified offline with the public key alone: ${report.proved ? print.style('green', 'proved') : print.style('red', 'NOT proved')}`,
    )
    if (endpoint !== undefined) print.line(`   forwarded to ${endpoint}`)
    for (const problem of problems) print.line(`   ${print.style('red', 'WRONG')} ${problem}`)
    print.line(
      problems.length === 0
        ? `   ${print.style('green', 'everything as expected')}`
        : `   ${print.style('red', 'not as expected')}`,
    )
  })
  emit({
    ok: problems.length === 0,
    statements: demoStatements.length,
    auditRecords: records,
    ...(problems.length > 0 ? { problems } : {}),
  })
  if (problems.length > 0) process.exitCode = 1

  if (interrupted) {
    show(() => {
      print.title('Still up, until Ctrl-C')
      print.line(
        `   warehouse          ${warehouse.url}   (${warehouse.administrator.username} / ${warehouse.administrator.password})`,
      )
      print.line(`   broker             ${broker.url}`)
      print.line(`   broker's API       ${broker.url}/openapi.json`)
      print.line(`   identity provider  ${stack.identityProvider.issuer}`)
    })
    emit({
      serving: true,
      warehouse: warehouse.url,
      broker: broker.url,
      identityProvider: stack.identityProvider.issuer,
    })
    await interrupted
  }
  await agent.close()
} finally {
  await stack.close()
}
