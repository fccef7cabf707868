import { library } from '../../scripts/tsup-library.ts'

// The parser's trial thread is a file of its own, beside the one that starts it.
export default library({ entry: { index: 'src/index.ts', 'parse-worker': 'src/parser/parse-worker.ts' } })
