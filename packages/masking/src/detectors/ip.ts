import { continuesAfter, hasGaps, type NumberShape, runLength, runText } from './number-shape.ts'
import { type Claim, claim, codeAt, isLetter, matchAt } from './scan.ts'

const suffix = /(?:\/\d{1,2}|:\d{1,5})(?!\d)/y

/** Four numbers up to 255 with dots between them, and a port or a prefix length behind. */
export const findIpv4 = (shape: NumberShape): Claim | null => {
  if (!hasGaps(shape, 3, '.') || continuesAfter(shape, 3, '.')) return null
  for (let run = 0; run < 4; run += 1) {
    const length = runLength(shape, run)
    if (length < 1 || length > 3 || Number(runText(shape, run)) > 255) return null
  }
  const end = shape.ends[3]!
  return claim('ip', shape.starts[0]!, matchAt(suffix, shape.text, end) ? suffix.lastIndex : end)
}

const LONGEST = 45
const isPart = (code: number): boolean =>
  (code >= 48 && code <= 58) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)

const hexGroup = /^[0-9a-f]{1,4}$/i
const dotted = /(?:\.\d{1,3}){3}/y
const zone = /%[\w.-]{1,20}|\/\d{1,3}/y
const mac = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i

const dashedMac = /[0-9a-f]{2}(?:-[0-9a-f]{2}){5}(?![0-9a-z-])/iy

/** A hardware address with dashes: `00-1A-2B-3C-4D-5E`. */
export const findHardwareAddress = (text: string, start: number): Claim | null =>
  text[start + 2] === '-' && matchAt(dashedMac, text, start)
    ? claim('device', start, dashedMac.lastIndex)
    : null

const isIpv6 = (text: string): boolean => {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((group) => hexGroup.test(group))) return false
  return halves.length === 2 ? groups.length >= 1 && groups.length <= 7 : groups.length === 8
}

/** The IPv6 address, or the hardware address, around a colon. Times (`10:30:45`) are neither. */
export const findAroundColon = (text: string, colon: number, from: number): Claim | null => {
  let start = colon
  while (start > from && colon - start < LONGEST && isPart(codeAt(text, start - 1))) start -= 1
  let end = colon + 1
  while (end - start < LONGEST && isPart(codeAt(text, end))) end += 1
  if (isLetter(codeAt(text, start - 1)) && start > from) return null
  if (text[end - 1] === ':' && text[end - 2] !== ':') end -= 1
  // A label's colon, as in `IP: ::1`, may touch the address.
  if (text[start] === ':' && text[start + 1] !== ':') start += 1
  const address = text.slice(start, end)
  if (mac.test(address)) return claim('device', start, end)
  const tail = matchAt(dotted, text, end)
  if (!isIpv6(address) || (isLetter(codeAt(text, end)) && !tail)) return null
  const addressEnd = tail ? dotted.lastIndex : end
  return claim('ip', start, matchAt(zone, text, addressEnd) ? zone.lastIndex : addressEnd)
}
