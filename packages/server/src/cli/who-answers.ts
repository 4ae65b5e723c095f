import { hostInUrl } from '../config/kinds.ts'
import type { Settings } from '../config/settings.ts'
import { messageOf } from './message-of.ts'

const ANSWER_MS_MAX = 2_000

/** Who answers at the address that the settings would listen on. */
export type Answerer = { answer: 'sealpost' | 'another' } | { answer: 'nobody'; reason: string }

export async function whoAnswers({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<Answerer> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const url = `http://${hostInUrl(reachable)}:${port}/healthz`
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    const body: unknown = await response.json()
    const isSealpost = response.ok && typeof body === 'object' && body !== null && 'status' in body
    return { answer: isSealpost ? 'sealpost' : 'another' }
  } catch (error) {
    return { answer: 'nobody', reason: messageOf(error) }
  }
}
