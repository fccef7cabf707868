export interface ErrorEntry {
  /** What happened, for this code in general: lower case start, no full stop. */
  readonly message: string
  /** Why it happens, as one or two sentences for the error's page. */
  readonly why: string
  /** The next action. */
  readonly hint: string
  /** Whether the same call can succeed later without a change. */
  readonly retryable: boolean
}
