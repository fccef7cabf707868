import { createHash } from 'node:crypto'
import { define, type ScalarFunction } from './scalar-function.ts'
import { array, Bytes, binary, boolean, number, text, type Value, Variant, variant } from './value.ts'

const s = (value: Value | undefined): string => value as string
const n = (value: Value | undefined): number => value as number

const total = 'text: total'
const places = 'SUBSTR LEFT RIGHT SPLIT_PART'
const padding = 'LPAD RPAD REPEAT SPACE CHR SHA2'
const patterns = 'LIKE REGEXP'
const decoding = 'TRY_ forms, decoding'

export const likeToRegExp = (pattern: string, escaping: string | null, flags = 's'): RegExp | null => {
  let source = ''
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] as string
    if (escaping !== null && character === escaping) {
      index += 1
      // A pattern that ends in its escape character is an error.
      if (index >= pattern.length) return null
      source += (pattern[index] as string).replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
    } else if (character === '%') source += '.*'
    else if (character === '_') source += '.'
    else source += character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
  }
  return new RegExp(`^${source}$`, flags)
}

const regExpOf = (pattern: string, flags = ''): RegExp | null => {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return null
  }
}

const substring = (value: string, from: number, length = Number.POSITIVE_INFINITY): string => {
  const at = from > 0 ? from - 1 : from === 0 ? 0 : value.length + from
  if (at < 0 || length <= 0) return ''
  return value.slice(at, Math.min(value.length, at + length))
}

const hash = (algorithm: string) => (value: string) => createHash(algorithm).update(value).digest('hex')
const hex = (value: string): string => Buffer.from(value).toString('hex').toUpperCase()

const like = (flags: string) =>
  define(
    patterns,
    'text text text?',
    boolean,
    ([value, pattern, escaping], fail) => {
      if (escaping !== undefined && s(escaping).length !== 1) return fail()
      return (
        likeToRegExp(s(pattern), escaping === undefined ? null : s(escaping), flags)?.test(s(value)) ?? fail()
      )
    },
    { fails: true },
  )

const padded = (start: boolean) =>
  define(
    padding,
    'text number text?',
    text(),
    ([value, length, fill], fail) => {
      const wanted = Math.max(0, Math.floor(n(length)))
      if (wanted > 10_000) return fail()
      const filler = fill === undefined ? ' ' : s(fill)
      const cut = s(value).slice(0, wanted)
      return filler === '' ? cut : start ? cut.padStart(wanted, filler) : cut.padEnd(wanted, filler)
    },
    { fails: true },
  )

const xml = /^\s*<(\w+)>[^<]*<\/\1>\s*$/

export const textFunctions: Readonly<Record<string, ScalarFunction>> = {
  UPPER: define(total, 'text', text(), ([value]) => s(value).toUpperCase()),
  LOWER: define(total, 'text', text(), ([value]) => s(value).toLowerCase()),
  INITCAP: define(total, 'text', text(), ([value]) =>
    s(value)
      .toLowerCase()
      .replace(/(^|[^a-z0-9])([a-z])/g, (_, before, letter) => before + letter.toUpperCase()),
  ),
  TRIM: define(total, 'text text?', text(), ([value, what]) => trim(s(value), what, true, true)),
  LTRIM: define(total, 'text text?', text(), ([value, what]) => trim(s(value), what, true, false)),
  RTRIM: define(total, 'text text?', text(), ([value, what]) => trim(s(value), what, false, true)),
  LENGTH: define(total, 'text', number(), ([value]) => s(value).length),
  OCTET_LENGTH: define(total, 'text', number(), ([value]) => Buffer.byteLength(s(value))),
  REVERSE: define(total, 'text', text(), ([value]) => [...s(value)].reverse().join('')),
  ASCII: define(total, 'text', number(), ([value]) => s(value).charCodeAt(0) || 0),
  UNICODE: define(total, 'text', number(), ([value]) => s(value).codePointAt(0) ?? 0),
  MD5: define(total, 'text', text(), ([value]) => hash('md5')(s(value))),
  SHA1: define(total, 'text', text(), ([value]) => hash('sha1')(s(value))),
  HASH: define(
    total,
    'any...',
    number(),
    (values) => Number.parseInt(hash('md5')(JSON.stringify(values)).slice(0, 12), 16),
    { strict: false },
  ),
  SOUNDEX: define(total, 'text', text(), ([value]) => s(value).slice(0, 1).toUpperCase()),
  CONTAINS: define(total, 'text text', boolean, ([value, part]) => s(value).includes(s(part))),
  STARTSWITH: define(total, 'text text', boolean, ([value, part]) => s(value).startsWith(s(part))),
  ENDSWITH: define(total, 'text text', boolean, ([value, part]) => s(value).endsWith(s(part))),
  POSITION: define(total, 'text text', number(), ([part, value]) => s(value).indexOf(s(part)) + 1),
  CHARINDEX: define(total, 'text text', number(), ([part, value]) => s(value).indexOf(s(part)) + 1),
  TRANSLATE: define(total, 'text text text', text(), ([value, from, to]) =>
    [...s(value)].map((c) => (s(from).includes(c) ? (s(to)[s(from).indexOf(c)] ?? '') : c)).join(''),
  ),
  REPLACE: define(total, 'text text text?', text(), ([value, from, to]) =>
    s(from) === '' ? s(value) : s(value).replaceAll(s(from), to === undefined ? '' : s(to)),
  ),
  INSERT: define(
    total,
    'text number number text',
    text(),
    ([value, at, length, part], fail) =>
      n(at) < 1 || n(length) < 0
        ? fail()
        : s(value).slice(0, n(at) - 1) + s(part) + s(value).slice(n(at) - 1 + n(length)),
    { fails: true },
  ),
  STRTOK: define(
    total,
    'text text? number?',
    text(),
    ([value, by, at], fail) => {
      const tokens = splitAny(s(value), by === undefined ? ' ' : s(by))
      return at !== undefined && n(at) < 1 ? fail() : (tokens[(at === undefined ? 1 : n(at)) - 1] ?? null)
    },
    { fails: true },
  ),
  EDITDISTANCE: define(total, 'text text', number(), ([a, b]) => editDistance(s(a), s(b))),
  HEX_ENCODE: define(total, 'text', text(), ([value]) => hex(s(value))),
  BASE64_ENCODE: define(total, 'text', text(), ([value]) => Buffer.from(s(value)).toString('base64')),
  SPLIT: define(
    total,
    'text text',
    array,
    ([value, by]) => new Variant(s(by) === '' ? [s(value)] : s(value).split(s(by))),
  ),
  CONCAT: define(total, 'text text...', text(), (values) => values.map(s).join('')),
  '||': define(total, 'text text', text(), ([a, b]) => s(a) + s(b)),
  CONCAT_WS: define(total, 'text text...', text(), ([by, ...values]) => values.map(s).join(s(by))),
  SUBSTR: define(places, 'text number number?', text(), ([value, from, length]) =>
    substring(s(value), Math.trunc(n(from)), length === undefined ? undefined : n(length)),
  ),
  LEFT: define(places, 'text number', text(), ([value, length]) => s(value).slice(0, Math.max(0, n(length)))),
  RIGHT: define(places, 'text number', text(), ([value, length]) =>
    n(length) <= 0 ? '' : s(value).slice(-Math.floor(n(length))),
  ),
  SPLIT_PART: define(places, 'text text number', text(), ([value, by, at]) => {
    const parts = s(by) === '' ? [s(value)] : s(value).split(s(by))
    const index = Math.trunc(n(at))
    return (index < 0 ? parts.at(index) : parts[Math.max(0, index - 1)]) ?? ''
  }),
  LPAD: padded(true),
  RPAD: padded(false),
  REPEAT: define(
    padding,
    'text number',
    text(),
    ([value, times], fail) =>
      n(times) * s(value).length > 10_000 ? fail() : s(value).repeat(Math.max(0, Math.floor(n(times)))),
    { fails: true },
  ),
  SPACE: define(
    padding,
    'number',
    text(),
    ([times], fail) => (n(times) > 10_000 ? fail() : ' '.repeat(Math.max(0, Math.floor(n(times))))),
    { fails: true },
  ),
  CHR: define(
    padding,
    'number',
    text(),
    ([code], fail) =>
      n(code) < 0 || n(code) > 0x10ffff ? fail() : String.fromCodePoint(Math.floor(n(code))),
    { fails: true },
  ),
  SHA2: define(
    padding,
    'text number?',
    text(),
    ([value, size], fail) => {
      const bits = size === undefined ? 256 : n(size)
      return [0, 224, 256, 384, 512].includes(bits) ? hash(`sha${bits === 0 ? 256 : bits}`)(s(value)) : fail()
    },
    { fails: true },
  ),
  LIKE: like('s'),
  ILIKE: like('si'),
  RLIKE: define(
    patterns,
    'text text',
    boolean,
    ([value, pattern], fail) => regExpOf(`^(?:${s(pattern)})$`, 's')?.test(s(value)) ?? fail(),
    { fails: true },
  ),
  REGEXP_LIKE: define(
    patterns,
    'text text',
    boolean,
    ([value, pattern], fail) => regExpOf(`^(?:${s(pattern)})$`, 's')?.test(s(value)) ?? fail(),
    { fails: true },
  ),
  REGEXP_REPLACE: define(
    patterns,
    'text text text?',
    text(),
    ([value, pattern, by], fail) => {
      const compiled = regExpOf(s(pattern), 'g')
      return compiled === null ? fail() : s(value).replace(compiled, by === undefined ? '' : s(by))
    },
    { fails: true },
  ),
  REGEXP_SUBSTR: define(
    patterns,
    'text text',
    text(),
    ([value, pattern], fail) => {
      const compiled = regExpOf(s(pattern))
      return compiled === null ? fail() : (compiled.exec(s(value))?.[0] ?? null)
    },
    { fails: true },
  ),
  REGEXP_COUNT: define(
    patterns,
    'text text',
    number(),
    ([value, pattern], fail) => {
      const compiled = regExpOf(s(pattern), 'g')
      return compiled === null ? fail() : [...s(value).matchAll(compiled)].length
    },
    { fails: true },
  ),
  HEX_DECODE_STRING: define(
    decoding,
    'text',
    text(),
    ([value], fail) =>
      /^(?:[0-9a-f]{2})*$/i.test(s(value)) ? Buffer.from(s(value), 'hex').toString('latin1') : fail(),
    { fails: true },
  ),
  TRY_HEX_DECODE_STRING: define(decoding, 'text', text(), ([value]) =>
    /^(?:[0-9a-f]{2})*$/i.test(s(value)) ? Buffer.from(s(value), 'hex').toString('latin1') : null,
  ),
  HEX_DECODE_BINARY: define(
    decoding,
    'text',
    binary,
    ([value], fail) => (/^(?:[0-9a-f]{2})*$/i.test(s(value)) ? new Bytes(s(value).toUpperCase()) : fail()),
    { fails: true },
  ),
  BASE64_DECODE_STRING: define(
    decoding,
    'text',
    text(),
    ([value], fail) =>
      /^(?:[A-Za-z0-9+/]{4})*$/.test(s(value)) ? Buffer.from(s(value), 'base64').toString('latin1') : fail(),
    { fails: true },
  ),
  PARSE_URL: define(
    decoding,
    'text',
    variant,
    ([value], fail) => (/^[a-z]+:\/\/\S+$/.test(s(value)) ? new Variant({ url: s(value) }) : fail()),
    { fails: true },
  ),
  PARSE_XML: define(
    decoding,
    'text',
    variant,
    ([value], fail) => (xml.test(s(value)) ? new Variant(s(value)) : fail()),
    { fails: true },
  ),
  PARSE_IP: define(
    decoding,
    'text text',
    variant,
    ([value, kind], fail) =>
      s(kind).toUpperCase() === 'INET' && /^\d{1,3}(\.\d{1,3}){3}$/.test(s(value))
        ? new Variant({ host: s(value) })
        : fail(),
    { fails: true },
  ),
}

const trim = (value: string, what: Value | undefined, start: boolean, end: boolean): string => {
  const characters = what === undefined ? ' ' : s(what)
  let [from, to] = [0, value.length]
  while (start && from < to && characters.includes(value[from] as string)) from += 1
  while (end && to > from && characters.includes(value[to - 1] as string)) to -= 1
  return value.slice(from, to)
}

const splitAny = (value: string, delimiters: string): string[] => {
  const tokens: string[] = []
  let token = ''
  for (const character of value) {
    if (!delimiters.includes(character)) token += character
    else if (token !== '') {
      tokens.push(token)
      token = ''
    }
  }
  return token === '' ? tokens : [...tokens, token]
}

const editDistance = (a: string, b: string): number => {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1)
      row.push(Math.min(before[j]! + 1, row[j - 1]! + 1, before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    before = row
  }
  return before[b.length] ?? 0
}
