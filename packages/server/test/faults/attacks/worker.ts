import { parentPort, workerData } from 'node:worker_threads'
import { createApiClient } from '../../support/api-client.ts'
import { createSeededRandom } from '../../support/virtual-clock.ts'
import { ATTACKS } from '../scenarios/attacks/index.ts'
import type { Attacker } from './attack.ts'
import { openEndpoints } from './endpoints.ts'
import type { AttackerData, Order, Reply } from './words.ts'

const { attack: name, size, seed, key, sharedOrigin, ...data } = workerData as AttackerData
let { url } = data

const attack = ATTACKS.find((one) => one.name === name)
if (attack === undefined) throw new Error(`there is no attack ${name}`)
const endpoints = await openEndpoints()

const attacker: Attacker = {
  size,
  random: createSeededRandom(seed),
  // The server may have been started again elsewhere since the last step.
  api: {
    call: (...asked) => createApiClient(url, key).call(...asked),
    get: (path) => createApiClient(url, key).get(path),
    post: (path, body) => createApiClient(url, key).post(path, body),
  },
  get url() {
    return url
  },
  key,
  endpoints,
  sharedOrigin,
}
const steps = attack.plan(attacker)

async function carryOut({ step, ...order }: Order): Promise<unknown> {
  url = order.url
  if (step === 'close') return endpoints.close()
  return steps[step]?.() ?? null
}

parentPort?.on('message', (order: Order) => {
  carryOut(order).then(
    (result) => answer({ result }),
    (error: unknown) =>
      answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})

function answer(reply: Reply): void {
  parentPort?.postMessage(reply)
}
