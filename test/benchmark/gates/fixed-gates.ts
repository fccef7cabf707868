import type { Gate } from '../gate.ts'

/** Lets everything run as it is: the figures of having no gate. */
export const allowEverything: Gate = {
  name: 'allow-everything',
  version: '1',
  configuration: 'every statement runs and every value is shown',
  judge: () => ({ outcome: 'allow' }),
}

/** Lets nothing run: the figures of not asking. */
export const denyEverything: Gate = {
  name: 'deny-everything',
  version: '1',
  configuration: 'no statement runs',
  judge: () => ({ outcome: 'deny' }),
}
