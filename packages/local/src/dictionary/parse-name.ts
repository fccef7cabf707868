/** One name as given in a connection option: folded to upper case unless quoted. */
export const parseSimpleName = (source: string): string => {
  const match = /^"((?:[^"]|"")*)"$/.exec(source)
  return match?.[1] === undefined ? source.toUpperCase() : match[1].replaceAll('""', '"')
}
