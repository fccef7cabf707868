import type { ErrorEntry } from './error-entry.ts'

export const policyErrors = {
  ERR_POLICY_INVALID: {
    message: 'the policy is not valid',
    why: 'An unknown field, class, mask or group reference, or a value of the wrong form.',
    hint: 'run `snowfence policy check FILE` for every problem with its line',
    retryable: false,
  },
  ERR_POLICY_SIGNATURE_INVALID: {
    message: 'the policy is not signed by the broker that was asked for it',
    why: 'The signature did not verify against the keys of the broker, so the policy is not trusted.',
    hint: 'check that nothing between this program and the broker changes its answers',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>
