import { SnowfenceError } from '@snowfence/core'
import { z } from 'zod'

/** The last row of a page: its moment, of which the broker stores milliseconds, and its id. */
const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()])
type Cursor = z.infer<typeof cursorSchema>

export const formatCursor = ({
  created_at,
  id,
}: {
  readonly created_at: Date
  readonly id: string
}): string =>
  Buffer.from(JSON.stringify([created_at.toISOString(), id] satisfies Cursor)).toString('base64url')

/** @throws SnowfenceError `ERR_REQUEST_INVALID` */
export const parseCursor = (text: string): Cursor => {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    throw new SnowfenceError('ERR_REQUEST_INVALID', {
      message: 'the request is not valid: `cursor`: is not one that the broker gave',
      hint: 'send `next` of the page before, without a change',
    })
  }
}
