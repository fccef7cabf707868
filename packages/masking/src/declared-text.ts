import { type Agent, cutText } from '@snowfence/core'
import { createDetector, type Detector } from './detectors/detect.ts'
import { scrubText } from './masks/scrub.ts'

/** Kinds that are looked for in ids, versions and codes, where dates and addresses of machines are ordinary. */
const wordKinds = ['ssn', 'mrn', 'phone', 'email', 'mbi', 'health-plan-number', 'account-number'] as const

const inProse = createDetector({ freeText: true })
const inWords = createDetector({ kinds: wordKinds })

const replaceWith = (find: Detector, text: string): string => scrubText(find(text), text)

/**
 * A text that a person or a program declares, with every identifier that the detectors find in it replaced by its kind:
 * `[ssn]`. Names are found behind a title, a label or a relative alone, so what is left may still name somebody.
 *
 * Idempotent: the SDK replaces before it sends, and the broker before it stores.
 */
export const declaredText = (text: string): string => replaceWith(inProse, text)

/** The same for an id, a code or a version: dates, addresses of machines and long numbers stay. */
export const declaredWord = (text: string): string => replaceWith(inWords, text)

/** Most characters of each member, as `agentSchema` takes them: a replacement can be longer than what it replaces. */
const most = { id: 200, name: 200, version: 100, model: 200, task: 2000, conversationId: 200 } as const

/** What a program says about itself, with the identifiers in it replaced. */
export const declaredAgent = (agent: Agent): Agent => {
  const prose: ReadonlySet<string> = new Set(['name', 'task'])
  return Object.fromEntries(
    Object.entries(agent).flatMap(([member, text]) => {
      if (text === undefined) return []
      const replaced = prose.has(member) ? declaredText(text) : declaredWord(text)
      return [[member, cutText(replaced, most[member as keyof Agent])]]
    }),
  ) as Agent
}
