import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { eachOf } from '../lib/each-of.ts'
import { makeWorkFolder, type WorkFolder } from '../lib/work-folder.ts'
import { eventType } from '../load/event-text.ts'
import type { Tools } from '../load/tools.ts'
import type { Target } from '../measure/drive.ts'
import { createApi, ingestRequest, type Api, type IngestOptions } from './api.ts'
import { makeDataDirectory, startServer, type SealpostServer } from './server.ts'

/** A Sealpost with its webhooks, on a data directory of its own. */
export interface Sealpost {
  readonly dataDir: string
  /** Of the server that runs; these throw while none does. */
  readonly server: SealpostServer
  readonly api: Api
  target(options?: IngestOptions): Target
  /** Makes another organization on the same server, with webhooks of its own, and answers where to post its events. */
  addNeighbour(subscriptions: Subscriptions): Promise<Target>
  /** Stops it as an operator does; its data stay. */
  stop(): Promise<void>
  /** Starts it again on the same data. */
  start(): Promise<SealpostServer>
  /** For as long as `use` takes, one that is not running, with a copy of this one's data. Of one that is stopped. */
  withCopy<Result>(use: (copy: Sealpost) => Promise<Result>): Promise<Result>
}

/** `groups` types of events, `fanOut` webhooks for each; the first `hanging` of these never answer. */
export interface Subscriptions {
  fanOut: number
  groups?: number
  hanging?: number
  /** All at the same host and port, as at hooks.slack.com; where each is an origin of its own otherwise. */
  isOneOrigin?: boolean
}

/** For as long as `use` takes, one that runs; then it is ended at once, and its data go. */
export async function withSealpost<Result>(
  bench: Bench,
  subscriptions: Subscriptions,
  use: (sealpost: Sealpost) => Promise<Result>,
): Promise<Result> {
  template ??= makeDataDirectory(makeWorkFolder('template').path)
  const { dataDir, key } = template
  const access = { key, secret: bench.tools.secret.text }
  return withData(bench, dataDir, access, subscriptions, async (sealpost) => {
    await sealpost.start()
    await subscribe(sealpost.api, bench, subscriptions)
    return use(sealpost)
  })
}

/** With a key in it. It is made once and copied, because making a key takes half a second. */
let template: { dataDir: string; key: string } | null = null

interface Access {
  key: string
  /** Of all webhooks. */
  secret: string
}

async function withData<Result>(
  bench: Bench,
  originalDataDir: string,
  access: Access,
  subscriptions: Subscriptions,
  use: (sealpost: Sealpost) => Promise<Result>,
): Promise<Result> {
  const folder = makeWorkFolder('sealpost')
  const running: { server: SealpostServer | null } = { server: null }
  try {
    cpSync(originalDataDir, dataDirIn(folder), { recursive: true })
    return await use(createSealpost(bench, dataDirIn(folder), access, subscriptions, running))
  } finally {
    await running.server?.kill()
    folder.remove()
  }
}

function dataDirIn({ path }: WorkFolder): string {
  return join(path, 'data')
}

function createSealpost(
  bench: Bench,
  dataDir: string,
  access: Access,
  subscriptions: Subscriptions,
  running: { server: SealpostServer | null },
): Sealpost {
  function server(): SealpostServer {
    if (running.server === null) throw new Error('This Sealpost does not run.')
    return running.server
  }
  function targetOf(
    name: string,
    key: string,
    { isOneOrigin: _, ...subscribed }: Subscriptions,
    options: IngestOptions,
  ): Target {
    const request = ingestRequest(key, eventType(subscribed.groups ?? 1), options)
    return { name, port: server().port, request, ...subscribed }
  }
  return {
    dataDir,
    get server() {
      return server()
    },
    get api() {
      return createApi({ port: server().port, ...access })
    },
    target: (options = {}) => targetOf('Sealpost', access.key, subscriptions, options),
    async addNeighbour(theirs) {
      const own = createApi({ port: server().port, ...access })
      const key = await own.createOrganization('neighbour')
      await subscribe(createApi({ port: server().port, ...access, key }), bench, theirs)
      return targetOf('its neighbour', key, theirs, {})
    },
    async stop() {
      await server().stop()
      running.server = null
    },
    async start() {
      running.server = await startServer(dataDir)
      return running.server
    },
    withCopy: (use) => withData(bench, dataDir, access, subscriptions, use),
  }
}

/** Webhooks being made at once. */
const REQUESTS_AT_ONCE = 16

async function subscribe(
  api: Api,
  { tools }: Bench,
  { fanOut, groups = 1, hanging = 0, isOneOrigin = false }: Subscriptions,
): Promise<void> {
  const types = Array.from({ length: groups }, (_, group) => eventType(groups, group))
  await eachOf(types, REQUESTS_AT_ONCE, (type) => api.declareType(type))
  const wishes = types.flatMap((type, group) =>
    Array.from({ length: fanOut }, (_, slot) => ({
      url: receiverUrl(tools, group * fanOut + slot, slot < hanging ? 'hangs' : 'answers', isOneOrigin),
      events: [type],
    })),
  )
  await eachOf(wishes, REQUESTS_AT_ONCE, (wish) => api.createWebhook(wish))
}

function receiverUrl(tools: Tools, number: number, kind: 'hangs' | 'answers', isOneOrigin: boolean): string {
  return tools.receiverUrl(number, kind, isOneOrigin ? 0 : number)
}
