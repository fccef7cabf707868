const BARE_WORD = /"(?:[^"\\]|\\.)*"|\b(?:undefined|NaN)\b|-?\bInfinity\b/gs

/**
 * Reads the text of a VARIANT cell without ever evaluating it.
 *
 * Snowflake writes `undefined`, `NaN` and `Infinity` bare unless STRICT_JSON_OUTPUT is on; they become null here.
 * Any other text that is not JSON is given back as it is. Never throws: the driver calls this in a bare
 * `process.nextTick`, where a throw would end the process.
 */
export const parseVariant = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    try {
      return JSON.parse(text.replace(BARE_WORD, (found) => (found.startsWith('"') ? found : 'null')))
    } catch {
      return text
    }
  }
}
