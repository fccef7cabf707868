export interface Proportion {
  readonly count: number
  readonly of: number
  /** The Wilson score interval, 95 %. */
  readonly low: number
  readonly high: number
}

const z = 1.959_963_984_540_054

/** A share with its 95 % Wilson score interval. Of nothing: 0 to 1. */
export const proportion = (count: number, of: number): Proportion => {
  if (of === 0) return { count, of, low: 0, high: 1 }
  const share = count / of
  const scale = 1 + (z * z) / of
  const centre = share + (z * z) / (2 * of)
  const margin = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return {
    count,
    of,
    low: Math.max(0, (centre - margin) / scale),
    high: Math.min(1, (centre + margin) / scale),
  }
}
