import type { Scenario } from './scenario.ts'
import { batchScenarios } from './scenarios/batches.ts'
import { bindScenarios } from './scenarios/binds.ts'
import { cancelScenarios } from './scenarios/cancelling.ts'
import { configureScenarios } from './scenarios/configuring.ts'
import { connectingScenarios } from './scenarios/connecting.ts'
import { connectionAnswerScenarios } from './scenarios/connection-answers.ts'
import { executingScenarios } from './scenarios/executing.ts'
import { failingScenarios } from './scenarios/failing.ts'
import { fetchRowsScenarios } from './scenarios/fetch-rows.ts'
import { fileScenarios } from './scenarios/files.ts'
import { laterScenarios } from './scenarios/later.ts'
import { memberScenarios } from './scenarios/members.ts'
import { moduleScenarios } from './scenarios/module.ts'
import { poolScenarios } from './scenarios/pools.ts'
import { queueScenarios } from './scenarios/queue.ts'
import { statementScenarios } from './scenarios/statements.ts'
import { streamScenarios } from './scenarios/streams.ts'
import { valueScenarios } from './scenarios/values.ts'

/** Everything that is compared. */
export const scenarios: readonly Scenario[] = [
  ...moduleScenarios,
  ...configureScenarios,
  ...poolScenarios,
  ...connectingScenarios,
  ...connectionAnswerScenarios,
  ...memberScenarios,
  ...executingScenarios,
  ...failingScenarios,
  ...statementScenarios,
  ...valueScenarios,
  ...streamScenarios,
  ...queueScenarios,
  ...fetchRowsScenarios,
  ...bindScenarios,
  ...laterScenarios,
  ...cancelScenarios,
  ...batchScenarios,
  ...fileScenarios,
]
