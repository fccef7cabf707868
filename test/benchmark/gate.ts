/** What a gate is asked: may this principal run this statement for this purpose, under this policy. */
export interface Question {
  readonly policy: string
  readonly principal: string
  readonly purpose: string
  readonly sql: string
}

export interface ShownColumn {
  /** As the warehouse names the output; null where the gate does not know. */
  readonly name: string | null
  /** `masked`: something of the value is shown, such as a year or a pseudonym. `withheld`: nothing is. */
  readonly shown: 'clear' | 'masked' | 'withheld'
}

export interface Verdict {
  /** A statement that waits for a person is denied here. */
  readonly outcome: 'allow' | 'mask' | 'deny'
  /** The outputs in their order. Absent from gates that do not mask: then every output is clear. */
  readonly columns?: readonly ShownColumn[]
}

/** The adapter that drives one product. */
export interface Gate {
  readonly name: string
  readonly version: string
  /** How it was set up, in one sentence. */
  readonly configuration: string
  judge(question: Question): Verdict | Promise<Verdict>
  close?(): void | Promise<void>
}

/** A gate that cannot run here, and why. */
export interface SkippedGate {
  readonly name: string
  readonly skipped: string
}
