import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Receipt } from '@snowfence/core'

/**
 * Where audit spans become durable.
 *
 * `test/contract/span-sink-contract.ts` is the one suite that every adapter passes.
 */
export interface SpanSink {
  /**
   * Stores all of these spans or none, and resolves only when they survive a crash.
   *
   * Writing the same spans again, by trace and span id, does not store them twice: the receipt then says in `held` where
   * they stand. Writes that are begun while one is under way wait for it.
   *
   * @throws ERR_AUDIT_NOT_DURABLE with `details.cause` of `NotDurableCause`; `refused` says that the store looked
   * at these spans and will never take them together.
   */
  write(spans: readonly ReadableSpan[], signal: AbortSignal): Promise<Receipt>
  close(): Promise<void>
}
