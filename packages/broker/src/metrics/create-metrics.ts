import type { OpenStatements } from '@snowfence/audit'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { OpenApprovals } from '../approvals/open-approvals.ts'
import type { Clock } from '../clock.ts'
import type { ReplicasView } from '../replicas/replicas.ts'

/** What the broker counts of itself, in Prometheus' text form. No label holds a name, an id or a value of anybody. */
export interface Metrics {
  countRequest(route: string, method: string, status: number, seconds: number): void
  countSealed(source: 'session' | 'broker', records: number): void
  countForwarded(outcome: 'forwarded' | 'dropped', records: number): void
  countEvent(name: string): void
  countMisdated(): void
  /** Shows how many requests wait for a person, and for how long. Asks nothing of the database. */
  followApprovals(current: () => OpenApprovals | null, clock: Clock): void
  /** Shows how many statements have no outcome in the trail, and since when. */
  followStatements(current: () => OpenStatements & { readonly unread: number }, clock: Clock): void
  /** Shows the replicas that share the database, and how far this broker's clock is from the clock of the database. */
  followReplicas(current: () => ReplicasView): void
  print(): Promise<string>
  readonly contentType: string
}

export const createMetrics = (): Metrics => {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  const requests = new Histogram({
    name: 'snowfence_broker_request_seconds',
    help: 'Time to answer a request, by route and status',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers,
  })
  const sealed = new Counter({
    name: 'snowfence_broker_records_sealed_total',
    help: 'Audit records sealed, by who made them',
    labelNames: ['source'],
    registers,
  })
  const forwarded = new Counter({
    name: 'snowfence_broker_records_forwarded_total',
    help: 'Audit records sent on to the trace viewer, or dropped on the way; all of them stay sealed',
    labelNames: ['outcome'],
    registers,
  })
  const misdated = new Counter({
    name: 'snowfence_broker_records_misdated_total',
    help: 'Records of sessions whose spans are dated more than an hour before or a minute after they were received',
    registers,
  })
  const events = new Counter({
    name: 'snowfence_broker_events_total',
    help: 'What the broker did, by event',
    labelNames: ['event'],
    registers,
  })
  return {
    countRequest: (route, method, status, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    countSealed: (source, records) => sealed.inc({ source }, records),
    countForwarded: (outcome, records) => forwarded.inc({ outcome }, records),
    countEvent: (event) => events.inc({ event }),
    countMisdated: () => misdated.inc(),
    followApprovals(current, clock) {
      new Gauge({
        name: 'snowfence_broker_pending_approvals',
        help: 'Approval requests that wait for a person',
        registers,
        collect() {
          this.set(current()?.pending ?? 0)
        },
      })
      new Gauge({
        name: 'snowfence_broker_oldest_pending_approval_seconds',
        help: 'Age of the approval request that waits longest for a person; 0 when none waits',
        registers,
        collect() {
          const oldest = current()?.oldestPendingAt ?? null
          this.set(oldest === null ? 0 : Math.max(0, (clock().getTime() - oldest.getTime()) / 1000))
        },
      })
    },
    followStatements(current, clock) {
      new Gauge({
        name: 'snowfence_broker_open_statements',
        help: 'Statements that were let through and have no outcome in the trail',
        registers,
        collect() {
          this.set(current().count)
        },
      })
      new Gauge({
        name: 'snowfence_broker_open_statements_unread_records',
        help: 'Sealed records that the count of open statements does not cover yet; 0 when it is up to date',
        registers,
        collect() {
          this.set(current().unread)
        },
      })
      new Gauge({
        name: 'snowfence_broker_oldest_open_statement_seconds',
        help: 'Age of the oldest statement without an outcome; 0 when there is none',
        registers,
        collect() {
          const { since } = current()
          this.set(since === null ? 0 : Math.max(0, (clock().getTime() - Date.parse(since)) / 1000))
        },
      })
    },
    followReplicas(current) {
      new Gauge({
        name: 'snowfence_broker_replicas',
        help: 'Brokers that share the database and were seen in the last minute, this one too',
        registers,
        collect() {
          this.set(current().count)
        },
      })
      new Gauge({
        name: 'snowfence_broker_settings_differ',
        help: '1 for each setting that another replica of the database has otherwise',
        labelNames: ['setting'],
        registers,
        collect() {
          this.reset()
          for (const setting of current().differing) this.set({ setting }, 1)
        },
      })
      new Gauge({
        name: 'snowfence_broker_clock_offset_seconds',
        help: "How far the broker's clock is ahead of the clock of the database, or behind when negative",
        registers,
        collect() {
          this.set(current().clockOffsetMs / 1000)
        },
      })
    },
    print: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
