/** One figure of a part that is measured by itself. */
export interface Figure {
  readonly name: string
  readonly figure: string
  readonly value: number
  readonly unit: string
  readonly goal?: number
}

/** The exit code of a measurement that ran to its end and missed a goal. */
export const GOAL_MISSED = 3

/** Prints a figure as `npm run bench` prints its comparisons: a line of a table, or one object per line. */
export const printFigure = (given: Figure, isJson: boolean): void => {
  const { name, figure, value, unit, goal } = given
  const met = goal === undefined ? undefined : value <= goal
  if (met === false) process.exitCode = GOAL_MISSED
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ ...given, met })}\n`)
    return
  }
  const told = met === undefined ? '' : met ? 'met' : 'missed'
  const outcome = `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`
  const aim = goal === undefined ? '' : `goal ${goal}`
  process.stdout.write(
    `${told.padEnd(6)}  ${outcome.padEnd(16)} ${aim.padEnd(10)} ${figure.padEnd(18)} ${' '.repeat(20)} ${name}\n`,
  )
}
