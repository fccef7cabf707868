import type { Edit } from './edit.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * Looks whether a construct begins at a token. Gives what is written another way for the parser, in order; nothing where
 * something else begins there.
 */
export type ReadConstruct = (at: number, reader: TokenReader) => readonly Edit[]
