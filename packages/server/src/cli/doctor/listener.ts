import { createServer } from 'node:net'
import type { Settings } from '../../config/settings.ts'
import { whoAnswers } from '../who-answers.ts'
import { ok, wrong, type Check, type CheckContext, type CheckResult } from './check.ts'

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
  const advice = 'Stop what listens there, or choose another --port.'
  const found = await whoAnswers(settings)
  switch (found.answer) {
    case 'sealpost':
      return ok('port', `A Sealpost answers on ${address}`)
    case 'another':
      return wrong('port', `Another program answers on ${address}`, advice)
    case 'nobody':
      return wrong(
        'port',
        `${address} is taken, and what listens there does not answer as a Sealpost does: ${found.reason}`,
        advice,
      )
  }
}
