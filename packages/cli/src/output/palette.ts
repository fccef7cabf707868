import pc from 'picocolors'

/** Colours for a stream that may not be a terminal. `NO_COLOR` and `FORCE_COLOR` are respected. */
export const paletteFor = (stream: { readonly isTTY?: boolean }) => {
  const forced = process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== '0'
  return pc.createColors(!process.env.NO_COLOR && (forced || stream.isTTY === true))
}

export type Palette = ReturnType<typeof paletteFor>
