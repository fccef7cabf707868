import type { CanonicalSpan } from '@snowfence/audit'

const isOfTask = (name: string): boolean => /^snowfence\.agent\.task(?:\.|$)/.test(name)

/**
 * Spans without the task of the agent: earlier versions of the SDK put it into each in clear, with a digest of it. The
 * broker keeps it once, encrypted, in the record of the session.
 */
export const withoutTask = (spans: readonly CanonicalSpan[]): readonly CanonicalSpan[] =>
  spans.map((span) =>
    Object.keys(span.attributes).some(isOfTask)
      ? {
          ...span,
          attributes: Object.fromEntries(Object.entries(span.attributes).filter(([name]) => !isOfTask(name))),
        }
      : span,
  )
