const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs

/**
 * Whether an object anywhere in a JSON text has two members of one name. RFC 7519, section 4: a token with a claim twice
 * may be rejected; readers differ on which of the two counts.
 *
 * @param text JSON that `JSON.parse` accepts.
 */
export const repeatsAMember = (text: string): boolean => {
  const objects: (Set<string> | null)[] = []
  let last = ''
  for (const [token] of text.matchAll(TOKEN)) {
    switch (token) {
      case '{':
        objects.push(new Set())
        break
      case '[':
        objects.push(null)
        break
      case '}':
      case ']':
        objects.pop()
        break
      case ':': {
        const members = objects.at(-1)
        const name = JSON.parse(last) as string
        if (members?.has(name) ?? false) return true
        members?.add(name)
        break
      }
      default:
        break
    }
    last = token
  }
  return false
}
