import type { Sealer } from './sealer.ts'

/** Texts that people and programs declare: never stored in clear. */
export interface DeclaredTexts {
  /** @param context what the text is and belongs to; it must be the same when it is opened. */
  seal(text: string, context: string): string
  open(sealed: string, context: string): string
}

export const createDeclaredTexts = (sealer: Sealer): DeclaredTexts => ({
  seal: (text, context) => sealer.seal(text, context),
  open: (sealed, context) => sealer.open(sealed, context),
})
