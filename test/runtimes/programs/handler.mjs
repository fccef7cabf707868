import * as snowfence from 'snowfence'
import answer from './answer.cjs'

export const handler = async () => ({ statusCode: 200, body: JSON.stringify(await answer(snowfence)) })
