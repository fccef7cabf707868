/** A statement's place among those of its connection. */
export interface Turn {
  /** Resolves when every earlier statement is understood, and those that change the session have ended. */
  readonly mayAnalyze: Promise<void>
  /** Resolves when every earlier statement has been sent, or will never be. */
  readonly maySend: Promise<void>
  letNextAnalyze(): void
  letNextSend(): void
  /** Both, whatever happened. Safe to call again. */
  end(): void
}

const createGate = (): { readonly passed: Promise<void>; open(): void } => {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}

/**
 * Keeps the statements of one connection in order: none overtakes an earlier one on its way to the warehouse, and
 * none is analysed against names that an earlier USE is about to change. Analysis, recording and approval of
 * different statements may otherwise overlap.
 */
export class StatementQueue {
  #analysis: Promise<void> = Promise.resolve()
  #send: Promise<void> = Promise.resolve()

  enter(): Turn {
    const mayAnalyze = this.#analysis
    const maySend = this.#send
    const analysis = createGate()
    const send = createGate()
    this.#analysis = mayAnalyze.then(() => analysis.passed)
    this.#send = maySend.then(() => send.passed)
    return {
      mayAnalyze,
      maySend,
      letNextAnalyze: () => analysis.open(),
      letNextSend: () => send.open(),
      end: () => {
        analysis.open()
        send.open()
      },
    }
  }
}
