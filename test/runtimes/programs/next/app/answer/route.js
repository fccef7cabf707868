import * as snowfence from 'snowfence'
import answer from '../../../answer.cjs'

export const dynamic = 'force-dynamic'
export const GET = async () => Response.json(await answer(snowfence))
