import { type ApprovalState, SnowfenceError } from '@snowfence/core'

/** Names the state that stands in the way. */
export const stateError = (state: ApprovalState): SnowfenceError =>
  new SnowfenceError('ERR_APPROVAL_STATE', {
    message: `the approval request is \`${state}\`, which does not allow this`,
    details: { state },
  })
