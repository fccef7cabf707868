import { normalizeIP } from '@fastify/rate-limit'
import { SnowfenceError } from '@snowfence/core'
import type { FastifyRequest } from 'fastify'
import type { BrokerConfig } from '../config/broker-config.ts'

const RETRY_AFTER_SECONDS = 1

/** The places of one address. */
export const atAddress = ({ ip }: FastifyRequest, limits: BrokerConfig['limits']) => ({
  name: `address ${normalizeIP(ip, 64)}`,
  most: limits.waitingPerAddress,
})

/** Answers that wait, counted by who waits. */
export interface WaitingPlaces {
  /**
   * Takes a place. Gives the function that gives it back.
   *
   * @throws SnowfenceError `ERR_RATE_LIMITED` when all places of one of these names are taken.
   */
  take(places: readonly { readonly name: string; readonly most: number }[]): () => void
}

export const createWaitingPlaces = (): WaitingPlaces => {
  const taken = new Map<string, number>()
  const add = (name: string, change: 1 | -1): void => {
    const count = (taken.get(name) ?? 0) + change
    if (count === 0) taken.delete(name)
    else taken.set(name, count)
  }
  return {
    take(places) {
      if (places.some(({ name, most }) => (taken.get(name) ?? 0) >= most)) {
        throw new SnowfenceError('ERR_RATE_LIMITED', {
          message: 'too many answers are waited for at once',
          details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
        })
      }
      for (const { name } of places) add(name, 1)
      let isBack = false
      return () => {
        if (isBack) return
        isBack = true
        for (const { name } of places) add(name, -1)
      }
    },
  }
}
