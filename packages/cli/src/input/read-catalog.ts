import { type Catalog, catalogSchema, SnowfenceError } from '@snowfence/core'
import { readText } from './read-text.ts'

/** A catalogue file: `{"CLINIC":{"PUBLIC":{"PATIENTS":["PATIENT_ID","SSN"]}}}`. @throws ERR_CLI_FILE_UNREADABLE */
export const readCatalog = async (file: string): Promise<Catalog> => {
  const content = await readText(file)
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch (cause) {
    throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
      message: `the catalogue \`${file}\` is not JSON`,
      cause,
    })
  }
  const parsed = catalogSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new SnowfenceError('ERR_CLI_FILE_UNREADABLE', {
    message: `the catalogue \`${file}\` has another form than expected at \`${issue?.path.join('.') || '(top)'}\``,
    hint: 'write it as {"DATABASE":{"SCHEMA":{"TABLE":["COLUMN"],"VIEW":{"columns":["COLUMN"],"definition":"select …"}}}}',
  })
}
