import { systemClock } from '../../core/clock.ts'
import { CommandError } from '../exit.ts'
import {
  createApiClient,
  type ApiClient,
  type DeliveryAnswer,
  type DeliveryDetailAnswer,
  type ListAnswer,
  type OrganizationAnswer,
  type RunAnswer,
  type WebhookAnswer,
} from './client.ts'
import type { DocumentKind } from './documents.ts'
import { watchPage } from './pages.ts'
import { RECEIVER_NAMES, ROLES, type Arrival, type Receiver } from './receivers.ts'
import type { Scene } from './scene.ts'
import type { Story } from './story.ts'
import { expectedOf, isComplete, tally, type Expected, type Tally } from './tally.ts'

const ORGANIZATION = 'octo-demo'
/** Seconds before each retry; in real life 1, 5, 30 and 60 minutes. */
const RETRY_SCHEDULE = [1, 2, 4, 8]
const RUN_WAIT_SECONDS = 20
const ARRIVALS_WAIT_MS = 60_000
const POLL_MS = 50

/** What came of it, with the key for whoever wants to look around. */
export interface Ending {
  counts: Tally
  key: string
  /** Null when everything went as it should. */
  failure: string | null
}

/** The whole demo, through the public HTTP API. `arrivals` grows while it plays. */
export async function play(
  scene: Scene,
  kinds: readonly DocumentKind[],
  arrivals: readonly Arrival[],
  story: Story,
): Promise<Ending> {
  story.heading('Setting up, through the public API')
  const operator = createApiClient(scene.url, scene.operatorKey)
  const organization = { slug: ORGANIZATION, name: 'Octo Demo' }
  const { api_key: key } = await operator.post<OrganizationAnswer>('/api/v1/orgs/', organization)
  story.say(`organization ${ORGANIZATION} on ${scene.url}`)
  const client = createApiClient(scene.url, key)
  for (const name of RECEIVER_NAMES) await subscribe(client, scene.receivers.byName[name], story)
  for (const kind of kinds) await createWorkflow(client, kind)
  story.say(`workflows ${kinds.map(({ slug }) => slug).join(', ')}`)

  story.heading('Judging real GitHub documents, and telling the subscribers')
  const expected = await submitAll(client, kinds, story)
  await allArrived(expected, arrivals)

  story.heading('Watching a page: its headline disappears')
  expected.push(...(await watchPage(client, ORGANIZATION, scene.site, story)))
  await allArrived(expected, arrivals)

  story.heading('What the delivery log says about the webhook that was refused at first')
  const logged = await deliveriesAtRest(client, expected.length)
  const retried = logged.find(({ attempt_count: count }) => count > 1)
  if (retried) story.delivery(await client.get<DeliveryDetailAnswer>(`/api/v1/deliveries/${retried.id}`))

  const counts = tally(expected, arrivals)
  return { counts, key, failure: failureOf(counts, logged) }
}

async function subscribe(client: ApiClient, receiver: Receiver, story: Story): Promise<void> {
  const { events, header, failFirst } = ROLES[receiver.name]
  const webhook = { url: receiver.url, events, description: receiver.name, retry_schedule: RETRY_SCHEDULE }
  const { secret } = await client.post<WebhookAnswer>('/api/v1/webhooks', webhook)
  receiver.secret = secret
  story.say(`webhook ${receiver.name.padEnd(8)} ${events.join(', ')} (${header})`)
  if (failFirst === 0) return
  story.say(`        ${receiver.name} answers its first webhook with 500 twice, to show retries:`)
  story.say(`        here after ${RETRY_SCHEDULE.join(', ')} s; by default after 1, 5, 30 and 60 minutes`)
}

function createWorkflow(client: ApiClient, { slug, name, schema }: DocumentKind): Promise<unknown> {
  const steps = [{ type: 'json-schema', name: 'Schema', config: { schema } }]
  return client.post('/api/v1/workflows', { slug, name, steps })
}

async function submitAll(
  client: ApiClient,
  kinds: readonly DocumentKind[],
  story: Story,
): Promise<Expected[]> {
  const expected: Expected[] = []
  for (const { slug, documents } of kinds) {
    for (const { fileName, content } of documents) {
      const path = `/api/v1/orgs/${ORGANIZATION}/workflows/${slug}/runs/?wait=${RUN_WAIT_SECONDS}`
      const run = await client.upload<RunAnswer>(path, fileName, content)
      if (run.result !== 'PASS' && run.result !== 'FAIL') {
        throw new CommandError(`Run ${run.id} of ${fileName} ended as ${run.status} ${run.result}.`)
      }
      story.run(run, fileName)
      expected.push(...expectedOf(run.id, run.result))
    }
  }
  return expected
}

async function allArrived(expected: readonly Expected[], arrivals: readonly Arrival[]): Promise<void> {
  await waitUntil(async () => tally(expected, arrivals).missing.length === 0)
}

/** Receivers answer before the log is written: wait until it says of every delivery what came of it. */
async function deliveriesAtRest(client: ApiClient, count: number): Promise<DeliveryAnswer[]> {
  let rows: DeliveryAnswer[] = []
  await waitUntil(async () => {
    rows = (await client.get<ListAnswer<DeliveryAnswer>>('/api/v1/deliveries?limit=200')).data
    return rows.length >= count && rows.every(({ state }) => state !== 'pending')
  })
  return rows
}

/** Looks again and again until it is so or the time is up; the caller sees which from what it looked at. */
async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const end = systemClock.monotonic() + ARRIVALS_WAIT_MS
  while (!(await isSo()) && systemClock.monotonic() < end) {
    await new Promise<void>((resolve) => void systemClock.after(POLL_MS, resolve))
  }
}

function failureOf(counts: Tally, logged: readonly DeliveryAnswer[]): string | null {
  if (!isComplete(counts)) return 'Not every webhook arrived once and verified.'
  const undelivered = logged.filter(({ state }) => state !== 'delivered')
  if (undelivered.length > 0) return `The log has ${undelivered.length} deliveries that are not delivered.`
  if (logged.length !== counts.expected)
    return `The log has ${logged.length} deliveries, not ${counts.expected}.`
  return null
}
