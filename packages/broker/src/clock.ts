/** The one source of the present moment, so that tests can move it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

export const addSeconds = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1000)
