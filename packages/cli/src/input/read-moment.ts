import { SnowfenceError } from '@snowfence/core'

/** A moment given as ISO 8601, or now. @throws ERR_CLI_USAGE */
export const readMoment = (text: string | undefined): Date => {
  const moment = text === undefined ? new Date() : new Date(text)
  if (Number.isNaN(moment.getTime())) {
    throw new SnowfenceError('ERR_CLI_USAGE', {
      message: '`--at` is not a time',
      hint: 'write it as 2026-01-31T09:30:00Z',
    })
  }
  return moment
}
