import type { ApplyMask } from '../cell-mask.ts'
import type { RandomVault } from '../random-vault.ts'
import { textOfScalar } from '../values/value-text.ts'

/** A drawn token, the same for the same value within the vault's session. */
export const compileRandom =
  (vault: RandomVault, domain: string): ApplyMask =>
  (value) => {
    const text = textOfScalar(value)
    return text === null ? null : vault.tokenFor(domain, text)
  }
