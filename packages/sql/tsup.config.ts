import { parserAsset } from '../../scripts/parser-assets.ts'
import { library } from '../../scripts/tsup-library.ts'

export default library({
  // The parser's trial thread is a file of its own, beside the one that starts it.
  entry: { index: 'src/index.ts', 'parse-worker': 'src/parser/parse-worker.ts' },
  esbuildPlugins: [parserAsset('src/parser/published-parser-files.ts')],
})
