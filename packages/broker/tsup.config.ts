import { writeFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { library } from '../../scripts/tsup-library.ts'

/** A fresh database as PGlite makes it, so that no broker has to wait while one is made. */
const writeEmptyDatabase = async (): Promise<void> => {
  const database = await PGlite.create()
  const files = await database.dumpDataDir('gzip')
  await database.close()
  await writeFile('dist/empty-database.tar.gz', Buffer.from(await files.arrayBuffer()))
}

export default library({ onSuccess: writeEmptyDatabase })
