import { writeFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { library } from '../../scripts/tsup-library.ts'

/**
 * A fresh database as PGlite makes it, so that no broker has to wait while one is made. Without the templates of further
 * databases, which are two thirds of its 900 files: PostgreSQL syncs each file when it starts after a crash.
 */
const writeEmptyDatabase = async (): Promise<void> => {
  const database = await PGlite.create()
  for (const template of ['template0', 'template1']) {
    await database.exec(`update pg_database set datistemplate = false where datname = '${template}'`)
    await database.exec(`drop database ${template}`)
  }
  await database.exec('checkpoint')
  const files = await database.dumpDataDir('gzip')
  await database.close()
  await writeFile('dist/empty-database.tar.gz', Buffer.from(await files.arrayBuffer()))
}

export default library({ onSuccess: writeEmptyDatabase })
