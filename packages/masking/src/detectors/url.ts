import { type Claim, claim, codeAt, isLetter, isWordAt, matchAt } from './scan.ts'

const scheme = /[a-z][a-z0-9+.-]{0,15}$/i
const isEnd = (code: number): boolean =>
  code <= 32 || code === 34 || code === 60 || code === 62 || code === 96 || code === 123 || code === 125

/** Called only where the address is claimed, so that no character is passed twice: it needs no bound. */
const endOfAddress = (text: string, from: number): number => {
  let end = from
  while (end < text.length && !isEnd(codeAt(text, end))) end += 1
  // A sentence's own punctuation and the bracket around it are not part of an address.
  while (end > from && '.,;:!?\'")]'.includes(text[end - 1]!)) end -= 1
  return end
}

/** The address around `://`. */
export const findAroundScheme = (text: string, colon: number, from: number): Claim | null => {
  const before = text.slice(Math.max(from, colon - 16), colon)
  const name = scheme.exec(before)
  if (!name) return null
  const end = endOfAddress(text, colon + 3)
  return end > colon + 3 ? claim('url', colon - name[0].length, end) : null
}

/** Top-level domains that no sentence ends a word with by accident. Others need a path, `www.` or a scheme. */
const domainEndings = new Set(
  'com org net edu gov mil biz info io example invalid localhost health uk ca de fr eu au nz ch nl se jp cn ru br mx'.split(
    ' ',
  ),
)
const hostName =
  /(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}([a-z]{2,24})(?::\d{1,5})?(?=([/?#])|[^a-z0-9-]|$)/iy

const LONGEST_LABEL = 63

/** Whether the word is followed by a dot and another one, which is cheaper to see than a host name. */
const hasInnerDot = (text: string, start: number): boolean => {
  for (let index = start; index - start <= LONGEST_LABEL; index += 1) {
    if (text[index] === '.') return isWordAt(text, index + 1)
    if (!isWordAt(text, index) && text[index] !== '-') return false
  }
  return false
}

/** A host name in running text: `www.…`, a known ending, or any ending with a path behind it. */
export const findHost = (text: string, start: number): Claim | null => {
  const match = hasInnerDot(text, start) ? matchAt(hostName, text, start) : null
  if (!match) return null
  const [host, ending, path] = match
  const isKnown = domainEndings.has(ending!) || domainEndings.has(ending!.toLowerCase())
  const hasPath = path !== undefined && isLetter(codeAt(text, start))
  const isWeb = /^www\d?\./i.test(host)
  if (
    !isKnown &&
    !isWeb &&
    !(hasPath && ending!.length > 1 && ending === ending!.toLowerCase() && host.split('.').length > 2)
  )
    return null
  const hostEnd = start + host.length
  const end = path === undefined ? hostEnd : endOfAddress(text, hostEnd)
  return text[end] === '@' || isWordAt(text, end) ? null : claim('url', start, end)
}
