import { declaredText } from '@snowfence/masking'
import type { Sealer } from './sealer.ts'

/** Texts that people and programs declare: identifiers in them are replaced, and they are stored encrypted. */
export interface DeclaredTexts {
  /**
   * Replaces the identifiers of a text and encrypts it.
   *
   * @param context what the text is and belongs to; it must be the same when it is opened.
   */
  seal(text: string, context: string): string
  /** The same for a text whose identifiers are replaced already. */
  sealReplaced(text: string, context: string): string
  /** The text without its identifiers. */
  open(sealed: string, context: string): string
}

export const createDeclaredTexts = (sealer: Sealer): DeclaredTexts => ({
  seal: (text, context) => sealer.seal(declaredText(text), context),
  sealReplaced: (text, context) => sealer.seal(text, context),
  open: (sealed, context) => sealer.open(sealed, context),
})
