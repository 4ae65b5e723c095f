import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verify, type SchemeName } from '@sealpost/receiver'
import { runIdFrom } from '../../core/ids.ts'

/** A local program that hears webhooks, written as its owner would: verify the raw bytes, then answer. */
export interface Receiver {
  name: ReceiverName
  url: string
  /** As the server showed it when the webhook was made. */
  secret: string
}

interface Role {
  events: readonly string[]
  /** The signature that this dialect has beside the standard one, and the header it comes in. */
  scheme: SchemeName
  header: string
  /** How many attempts of its first webhook it turns away. */
  failFirst: number
}

export const ROLES = {
  ci: {
    events: ['run.succeeded', 'run.failed'],
    scheme: 'validibot',
    header: 'X-Validibot-Signature',
    failFirst: 0,
  },
  quality: {
    events: ['validation.failed', 'score.dropped', 'schema.changed'],
    scheme: 'svs',
    header: 'X-SVS-Signature',
    failFirst: 0,
  },
  archive: { events: ['run.completed'], scheme: 'validibot', header: 'X-Validibot-Signature', failFirst: 2 },
} as const satisfies Record<string, Role>
export type ReceiverName = keyof typeof ROLES
export const RECEIVER_NAMES = Object.keys(ROLES) as ReceiverName[]

/** One request that a receiver got. */
export interface Arrival {
  receiver: ReceiverName
  /** What the body says it is; '' and null when it says nothing. */
  type: string
  /** The run's UUID. */
  runId: string | null
  /** Null when each of its two signatures is right, or when the receiver was down and did not look. */
  refusal: string | null
  /** What the receiver answered. */
  status: number
}

export interface Receivers {
  byName: Record<ReceiverName, Receiver>
  close(): Promise<void>
}

const BODY_BYTES_MAX = 1024 * 1024

/** All of them on one free loopback port, each on a path of its own. */
export async function startReceivers(onArrival: (arrival: Arrival) => void): Promise<Receivers> {
  const server = createServer((request, response) => {
    void answer(request).then((status) => response.writeHead(status).end())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const make = (name: ReceiverName): Receiver => ({
    name,
    url: `http://127.0.0.1:${port}/${name}`,
    secret: '',
  })
  const byName = { ci: make('ci'), quality: make('quality'), archive: make('archive') }
  const isDown = createOutages()

  async function answer(request: IncomingMessage): Promise<number> {
    const receiver = Object.values(byName).find(({ name }) => request.url === `/${name}`)
    if (receiver === undefined) return 404
    const body = await readBody(request)
    if (body === null) return 413
    const down = isDown(receiver.name, String(request.headers['webhook-id']))
    const refusal = down ? null : refusalOf(receiver, body, request.headers)
    const status = down ? 500 : refusal === null ? 204 : 401
    onArrival({ receiver: receiver.name, ...identify(body), refusal, status })
    return status
  }

  return {
    byName,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A receiver's outage lasts for the first attempts of the first webhook it gets, whatever else comes meanwhile. */
function createOutages(): (name: ReceiverName, webhookId: string) => boolean {
  const turnedAway = new Map<ReceiverName, { webhookId: string; count: number }>()
  return (name, webhookId) => {
    const first = turnedAway.get(name) ?? { webhookId, count: 0 }
    if (first.webhookId !== webhookId || first.count === ROLES[name].failFirst) return false
    turnedAway.set(name, { webhookId, count: first.count + 1 })
    return true
  }
}

/** A receiver needs one of the two signatures; the demo looks at each on its own, to show that both are right. */
function refusalOf({ name, secret }: Receiver, body: Buffer, headers: IncomingHttpHeaders): string | null {
  for (const scheme of ['v1', ROLES[name].scheme] as const) {
    const result = verify({ body, headers }, { secret, schemes: [scheme] })
    if (!result.ok) return `${scheme}: ${result.reason}: ${result.detail}`
  }
  return null
}

/** Type and run, wherever the dialect has them. */
function identify(body: Buffer): Pick<Arrival, 'type' | 'runId'> {
  try {
    const { event, run, data } = JSON.parse(body.toString()) as {
      event?: string
      run?: { id: string }
      data?: { validation_id: string }
    }
    return { type: event ?? '', runId: runIdFrom(run?.id ?? data?.validation_id ?? '') }
  } catch {
    return { type: '', runId: null }
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
