import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Attempt } from '../../src/core/attempt.ts'
import type { Event } from '../../src/core/event.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import { idText } from '../../src/store/sqlite/ids.ts'
import { openSqliteStore } from '../../src/store/sqlite/index.ts'
import type { Page, PageRequest, Store } from '../../src/store/store.ts'
import type { History, Rows, SeenRequest, WrittenText } from '../invariants/history.ts'
import { ORGANIZATION_ID } from './facts.ts'
import type { World } from './world.ts'

export interface CollectOptions {
  /** As a person would repeat it. */
  source: string
  atRest: boolean
  promptWebhooks?: NonNullable<History['promptWebhooks']>
  removals?: NonNullable<History['removals']>
  heldKeptMs?: number
}

/** Larger databases are not searched for secrets. */
const SEARCHED_BYTES_MAX = 256 * 1024 * 1024

/** Everything known of a world, once no server runs on it: what was asked, what receivers had, what the store holds. */
export async function collectHistory(world: World, options: CollectOptions): Promise<History> {
  const { facts } = world
  const endedAt = Date.now()
  // Opened as the server opens it, so that what a killed one left in its log is in the file.
  const rows = await withStore(world.dataDir, (store) => readRows(store, facts.webhooks.values()))
  return {
    removals: [],
    ...options,
    startedAt: facts.startedAt,
    endedAt,
    clockSteps: facts.clockSteps,
    organizations: [{ id: ORGANIZATION_ID, markers: [] }],
    changes: facts.changes,
    secrets: facts.secrets,
    ingests: facts.ingests,
    stored: storedEvents(world.dataDir),
    requests: requestsOf(world),
    // No scenario asks for any.
    resends: [],
    replays: [],
    rows,
    outages: facts.outages,
    texts: [
      ...facts.logs.map((text) => ({ where: 'log' as const, organizationId: null, text })),
      ...databaseTexts(world.dataDir),
    ],
    otherSecrets: [world.key],
  }
}

/** The store numbers events as it writes them. */
function storedEvents(dataDir: string): string[] {
  const database = new DatabaseSync(join(dataDir, 'sealpost.db'), { readOnly: true })
  try {
    const rows = database.prepare('SELECT id FROM events ORDER BY seq').all()
    return rows.map(({ id }) => idText('evt', id as Uint8Array))
  } finally {
    database.close()
  }
}

function databaseTexts(dataDir: string): WrittenText[] {
  const path = join(dataDir, 'sealpost.db')
  if (statSync(path).size > SEARCHED_BYTES_MAX) return []
  return [{ where: 'store', organizationId: null, text: readFileSync(path, 'latin1') }]
}

function requestsOf({ facts, receivers }: World): SeenRequest[] {
  return receivers.arrivals.map(({ name, at, headers, body, status }) => ({
    webhookId: facts.webhooks.get(name)?.id ?? name,
    startedAt: null,
    at,
    endedAt: null,
    headers,
    body,
    answer: status === null ? null : { status, retryAfterSeconds: null },
    answerArrived: null,
    node: null,
    connection: null,
  }))
}

/** The store of a data directory that no server uses. */
export async function withStore<Result>(
  dataDir: string,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const makeDeliveryId = (): never => {
    throw new Error('nothing is accepted here')
  }
  const store = await openSqliteStore({ dataDir, now: () => Date.now(), makeDeliveryId })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

export async function readRows(store: Store, known: Iterable<Webhook>): Promise<Rows> {
  const webhooks: Webhook[] = []
  for (const { id } of known) {
    const webhook = await store.webhooks.byId(id)
    if (webhook !== null) webhooks.push(webhook)
  }
  const events: Event[] = []
  for (const { id } of await readPages((page) => store.events.list(ORGANIZATION_ID, {}, page))) {
    const event = await store.events.get(ORGANIZATION_ID, id)
    if (event !== null) events.push(event)
  }
  const deliveries = await readPages((page) => store.deliveries.list(ORGANIZATION_ID, {}, page))
  const attempts: Attempt[] = []
  for (const { id, attemptCount } of deliveries) {
    if (attemptCount > 0) attempts.push(...(await store.deliveries.attempts(ORGANIZATION_ID, id)))
  }
  return { webhooks, events, deliveries, attempts }
}

const PAGE_ROWS = 1_000

async function readPages<Row>(list: (page: PageRequest) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = []
  let before: string | null = null
  do {
    const page: Page<Row> = await list({ limit: PAGE_ROWS, before })
    rows.push(...page.rows)
    before = page.next
  } while (before !== null)
  return rows
}
