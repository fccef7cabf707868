/** An object that is being made: its members can still be set. Spreading optional members costs more than setting them. */
export type Writable<Made> = { -readonly [Member in keyof Made]: Made[Member] }
