/** A row that a broker changed: an approval request, or a session that ended. */
export interface Change {
  readonly table: 'approvals' | 'sessions'
  readonly id: string
}

export interface ChangeListener {
  onChange(change: Change): void
  /** Changes may have been missed: when the feed begins, and after each interruption. Read again what matters. */
  onGap(): void
}

/** Gives the function that ends the feed. */
export type FollowChanges = (listener: ChangeListener) => () => Promise<void>
