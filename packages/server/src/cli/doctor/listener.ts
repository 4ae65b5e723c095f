import { createServer } from 'node:net'
import { hostInUrl } from '../../config/kinds.ts'
import type { Settings } from '../../config/settings.ts'
import { messageOf, ok, wrong, type Check, type CheckContext, type CheckResult } from './check.ts'

const ANSWER_MS_MAX = 2_000

/** Is the port free for us, or does a Sealpost answer there already? */
export const checkPort: Check = async ({ settings }: CheckContext) => {
  const address = `${settings.host}:${settings.port}`
  const refusal = await tryToListen(settings)
  if (refusal === null) return [ok('port', `${address} is free`)]
  if (refusal !== 'EADDRINUSE') {
    return [wrong('port', `Cannot listen on ${address}: ${refusal}`, 'Choose another --host or --port.')]
  }
  return [await askWhoIsThere(settings, address)]
}

/** Null when it worked, else the error's code. */
function tryToListen({ host, port }: Settings): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

async function askWhoIsThere(settings: Settings, address: string): Promise<CheckResult> {
  const host = settings.host === '0.0.0.0' ? '127.0.0.1' : settings.host === '::' ? '::1' : settings.host
  const url = `http://${hostInUrl(host)}:${settings.port}/healthz`
  const advice = 'Stop what listens there, or choose another --port.'
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    const body: unknown = await response.json()
    const isSealpost = response.ok && typeof body === 'object' && body !== null && 'status' in body
    if (isSealpost) return ok('port', `A Sealpost answers on ${address}`)
    return wrong('port', `Another program answers on ${address}`, advice)
  } catch (error) {
    return wrong(
      'port',
      `${address} is taken, and ${url} does not answer as a Sealpost does: ${messageOf(error)}`,
      advice,
    )
  }
}
