import type { Trail } from '../trail/trail.ts'
import type { PolicyInForce } from './policy-holder.ts'

/** Records which policy comes into force. */
export const recordPolicy = (trail: Trail, { payload }: PolicyInForce): Promise<void> =>
  trail.transact(async ({ record }) => {
    record({
      name: 'policy.loaded',
      sessionId: null,
      principal: null,
      attributes: {
        'snowfence.policy.version': payload.version,
        'snowfence.policy.digest': payload.digest,
      },
    })
  })
