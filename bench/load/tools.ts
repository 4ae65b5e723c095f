import { randomBytes } from 'node:crypto'
import { startRemote, type Remote } from '../lib/remote.ts'
import type { GeneratorCalls } from './generator.ts'
import type { SinkCalls } from './sink.ts'

/** The callers and the receivers of a whole run. */
export interface Tools {
  generator: Remote<GeneratorCalls>
  sink: Remote<SinkCalls>
  /** Every webhook signs with it. */
  secret: Secret
  /**
   * Where webhook `number` is received; one that hangs takes requests and never answers. Each has an origin of its own, but for
   * those that are to be `beside` another.
   */
  receiverUrl(number: number, kind?: 'answers' | 'hangs', beside?: number): string
  receiverPort(number: number): number
  /** Number of the first event that was not posted yet. */
  nextEvent: number
  end(): void
}

export interface Secret {
  /** `whsec_…` */
  text: string
  base64: string
}

export function makeSecret(): Secret {
  const base64 = randomBytes(SECRET_BYTES).toString('base64')
  return { text: `whsec_${base64}`, base64 }
}

/** Origins: as many as a real server would face. Webhooks beyond them share. */
const PORTS = 200
const SECRET_BYTES = 32

export async function startTools(secret: Secret): Promise<Tools> {
  const generator = startRemote<GeneratorCalls>(new URL('generator.ts', import.meta.url))
  const sink = startRemote<SinkCalls>(new URL('sink.ts', import.meta.url))
  const ports = await sink.call('listen', PORTS)
  const receiverPort = (number: number): number => ports[number % ports.length] ?? 0
  return {
    generator,
    sink,
    secret,
    receiverPort,
    receiverUrl: (number, kind = 'answers', beside = number) =>
      `http://127.0.0.1:${receiverPort(beside)}/${kind === 'hangs' ? 'h' : 'e'}/${number}`,
    nextEvent: 0,
    end() {
      generator.end()
      sink.end()
    },
  }
}
