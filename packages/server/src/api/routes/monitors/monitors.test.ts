import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'
import type { Tier } from '../../../core/organization.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time.ts'

let api: TestApi
let acme: TestCaller
let site: Server
let page: string
/** Answers that the site keeps back until the test lets them go. */
let held: ServerResponse[] | null = null
let count = 0

const PAGE = '<script type="application/ld+json">{"@context":"https://schema.org","@type":"WebPage"}</script>'
const PAGES = { slug: 'pages', name: 'Pages', steps: [{ type: 'structured-data' }] }
const DOCUMENTS = { slug: 'documents', name: 'D', steps: [{ type: 'json-schema', config: { schema: {} } }] }
const UNKNOWN = 'mon_0198c1a29f4e7c3b8d5e6f7081920a1b'

function answer(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
}

beforeAll(async () => {
  api = await createTestApi()
  site = createServer((_request, response) => {
    if (held === null) answer(response)
    else held.push(response)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  page = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
})
beforeEach(async () => {
  acme = await organizationOf('enterprise')
})
afterAll(async () => {
  await api.close()
  await new Promise((resolve) => site.close(resolve))
})

async function organizationOf(tier: Tier): Promise<TestCaller> {
  const caller = await api.organization(`acme-${++count}`, { tier })
  await caller.call('POST', '/api/v1/workflows', PAGES)
  return caller
}

const watch = (changes: object = {}, headers?: Record<string, string>, caller = acme) =>
  caller.call(
    'POST',
    '/api/v1/monitors',
    { url: page, workflow: 'pages', schedule: 'daily', ...changes },
    headers,
  )
const urlOf = ({ body }: { body: { id: string } }) => `/api/v1/monitors/${body.id}`
const refusalOf = ({
  status,
  body,
}: {
  status: number
  body: { code: string; errors: { field: string }[] }
}) => [status, body.code, body.errors[0]?.field]

describe('a monitor', () => {
  it('of several hours has a slot for each, also when the clocks change', async () => {
    // 2:00 to 3:00 is left out in Berlin on 28 March 2027, and comes twice on 31 October.
    for (const [now, slot] of [
      ['2027-03-27T14:00:00Z', '2027-03-28T01:00:00Z'],
      ['2027-03-28T01:30:00Z', '2027-03-28T12:00:00Z'],
      ['2027-10-31T00:30:00Z', '2027-10-31T13:00:00Z'],
    ] as const) {
      api.clock.shiftMs = Date.parse(now) - Date.now()
      const { body } = await watch({ schedule: '0 2,14 * * *', time_zone: 'Europe/Berlin', enabled: true })
      api.clock.shiftMs = 0
      const late = Date.parse(body.next_run_at) - Date.parse(slot)
      expect([now, late >= 0 && late <= 10 * MINUTE_MS]).toEqual([now, true])
    }
  })

  it('is made, read, changed and deleted', async () => {
    const made = await watch({ name: 'Home', time_zone: 'Europe/Berlin' })
    expect(made).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^mon_[0-9a-f]{32}$/),
        name: 'Home',
        url: page,
        workflow: { slug: 'pages', name: 'Pages' },
        project_id: expect.stringMatching(/^proj_/),
        schedule: 'daily',
        time_zone: 'Europe/Berlin',
        enabled: true,
        last_run: null,
      },
    })
    const waitMs = Date.parse(made.body.next_run_at) - Date.parse(made.body.created_at)
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(DAY_MS + HOUR_MS)
    const url = urlOf(made)
    expect((await acme.call('GET', url)).body).toEqual(made.body)

    const renamed = await acme.call('PATCH', url, { name: 'Front' })
    expect(renamed.body).toEqual({ ...made.body, name: 'Front', updated_at: renamed.body.updated_at })
    const disabled = await acme.call('PATCH', url, { enabled: false })
    expect(disabled.body).toMatchObject({ enabled: false, next_run_at: null })
    const hourly = await acme.call('PATCH', url, { enabled: true, schedule: 'hourly' })
    const { next_run_at, updated_at } = hourly.body
    expect(Date.parse(next_run_at) - Date.parse(updated_at)).toBeLessThanOrEqual(HOUR_MS + 1_000)

    expect((await acme.call('DELETE', url)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await acme.call(method, url)).status).toBe(404)
    expect((await acme.call('PATCH', url, { name: 'x' })).status).toBe(404)
    expect((await acme.call('POST', `${url}/run`)).status).toBe(404)
  })

  it('has its URL for a name, and its workflow by slug or id', async () => {
    const { body } = await watch()
    expect(body).toMatchObject({ name: page, time_zone: 'UTC' })
    expect((await watch({ workflow: body.workflow.id })).body.workflow).toEqual(body.workflow)
    expect((await watch({ schedule: ' 0   9 * * MON-FRI ' })).body.schedule).toBe('0 9 * * MON-FRI')
  })

  it.each([
    [{ url: 'nonsense' }, 'url_not_allowed', 'url'],
    [{ url: 'http://10.0.0.1/' }, 'url_not_allowed', 'url'],
    [{ url: 'file:///etc/passwd' }, 'url_not_allowed', 'url'],
    [{ workflow: 'none' }, 'invalid_request', 'workflow'],
    [{ workflow: 'documents' }, 'invalid_request', 'workflow'],
    [{ project_id: 'proj_none' }, 'invalid_request', 'project_id'],
    [{ schedule: 'monthly' }, 'invalid_request', 'schedule'],
    [{ schedule: '* * * * *' }, 'invalid_request', 'schedule'],
    [{ schedule: '0 0 30 2 *' }, 'invalid_request', 'schedule'],
    [{ time_zone: 'Europe/Nowhere' }, 'invalid_request', 'time_zone'],
    [{ time_zone: '+01:00' }, 'invalid_request', 'time_zone'],
    [{ name: '' }, 'invalid_request', 'name'],
    [{ monitor: true }, 'invalid_request', 'monitor'],
  ])('is refused with %j, and so is such a change', async (changes, code, field) => {
    await acme.call('POST', '/api/v1/workflows', DOCUMENTS)
    expect(refusalOf(await watch(changes))).toEqual([422, code, field])
    expect((await acme.call('GET', '/api/v1/monitors')).body.data).toEqual([])
    const made = await watch()
    expect(refusalOf(await acme.call('PATCH', urlOf(made), changes))).toEqual([422, code, field])
    expect((await acme.call('GET', urlOf(made))).body).toEqual(made.body)
  })

  it('is of its workflow’s project, and moves with it', async () => {
    const { body: shop } = await acme.call('POST', '/api/v1/projects', { name: 'Shop' })
    const inShop = { project_id: shop.id }
    expect(refusalOf(await watch(inShop))).toEqual([422, 'invalid_request', 'workflow'])
    const made = await watch()
    await acme.call('PATCH', '/api/v1/workflows/pages', { project: shop.id })
    expect((await acme.call('GET', urlOf(made))).body.project_id).toBe(shop.id)
    expect((await watch(inShop)).status).toBe(201)
    expect((await acme.call('DELETE', `/api/v1/projects/${shop.id}`)).body.code).toBe('in_use')
  })

  it('keeps its workflow, and keeps it judging pages', async () => {
    const made = await watch()
    expect((await acme.call('DELETE', '/api/v1/workflows/pages')).body.code).toBe('in_use')
    const steps = await acme.call('PATCH', '/api/v1/workflows/pages', { steps: DOCUMENTS.steps })
    expect(refusalOf(steps)).toEqual([409, 'in_use', 'steps'])
    expect((await acme.call('PATCH', '/api/v1/workflows/pages', { steps: PAGES.steps })).status).toBe(200)
    await acme.call('DELETE', urlOf(made))
    expect((await acme.call('DELETE', '/api/v1/workflows/pages')).status).toBe(204)
  })

  it('is made once by one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'watch-1' }
    const first = await watch({}, headers)
    const again = await watch({}, headers)
    expect([again.status, again.body, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.body,
      'true',
    ])
    expect((await watch({ schedule: 'weekly' }, headers)).body.code).toBe('idempotency_conflict')
  })

  it('is listed by workflow and project', async () => {
    const made = [await watch(), await watch({ schedule: 'weekly' })]
    const ids = async (query: string) =>
      (await acme.call('GET', `/api/v1/monitors${query}`)).body.data?.map(({ id }: { id: string }) => id)
    const newest = made.map(({ body }) => body.id).reverse()
    expect(await ids('')).toEqual(newest)
    expect(await ids('?workflow=pages&limit=1')).toEqual(newest.slice(0, 1))
    expect(await ids(`?project_id=${made[0]?.body.project_id}`)).toEqual(newest)
    expect(await ids('?project_id=proj_none')).toEqual([])
    expect(refusalOf(await acme.call('GET', '/api/v1/monitors?workflow=none'))).toEqual([
      422,
      'invalid_request',
      'workflow',
    ])
  })
})

describe('a tier', () => {
  it.each([
    ['free', ['daily', 'hourly', '0 9 * * *']],
    ['pro', ['hourly', '0 9 * * *']],
    ['agency', ['0 9 * * *']],
  ] as const)('%s is refused the schedules %j', async (tier, schedules) => {
    const caller = await organizationOf(tier)
    for (const schedule of schedules) {
      expect(await watch({ schedule }, {}, caller)).toMatchObject({
        status: 403,
        body: { code: 'tier_required' },
      })
    }
    const made = await watch({ schedule: 'weekly' }, {}, caller)
    expect(made.status).toBe(201)
    const change = await caller.call('PATCH', urlOf(made), { schedule: schedules[0] })
    expect(change.body.code).toBe('tier_required')
  })

  it('free has one monitor, also when its making is repeated', async () => {
    const caller = await organizationOf('free')
    const wanted = { schedule: 'weekly' }
    const headers = { 'idempotency-key': 'only' }
    const first = await watch(wanted, headers, caller)
    expect((await watch(wanted, headers, caller)).body).toEqual(first.body)
    expect(await watch(wanted, {}, caller)).toMatchObject({ status: 403, body: { code: 'tier_required' } })
    await caller.call('DELETE', urlOf(first))
    expect((await watch(wanted, {}, caller)).status).toBe(201)
  })

  it('that was left cannot begin again what it had', async () => {
    const caller = await organizationOf('free')
    const made = await watch({ schedule: 'weekly', enabled: false }, {}, caller)
    await api.store.monitors.change(caller.id, made.body.id, (monitor) => ({
      ...monitor,
      schedule: 'hourly',
    }))
    expect((await caller.call('PATCH', urlOf(made), { enabled: true })).body.code).toBe('tier_required')
    expect((await caller.call('PATCH', urlOf(made), { name: 'Mine' })).status).toBe(200)
  })
})

describe('running a monitor now', () => {
  async function ended(location: unknown) {
    const { body } = await acme.call('GET', `${String(location)}?wait=30`)
    return body
  }

  it('starts a run that tells of it, and leaves the schedule alone', async () => {
    const made = await watch({ enabled: false })
    const started = await acme.call('POST', `${urlOf(made)}/run`)
    expect([started.status, started.headers.location]).toEqual([
      202,
      `/api/v1/orgs/${acme.slug}/runs/${started.body.id}/`,
    ])
    const run = await ended(started.headers.location)
    expect(run).toMatchObject({
      subject: page,
      submission: { url: page, metadata: { monitor_id: made.body.id } },
      workflow: { slug: 'pages' },
    })
    expect((await acme.call('GET', urlOf(made))).body).toEqual({
      ...made.body,
      last_run: { id: run.id, result: run.result, score: run.score, ended_at: run.ended_at },
    })
    expect(run.ended_at).not.toBeNull()
  })

  it('is refused while the last one has not ended, unless the same request is repeated', async () => {
    held = []
    try {
      const [made, other] = [await watch(), await watch()]
      const headers = { 'idempotency-key': 'now' }
      const run = (monitor = made, asked?: Record<string, string>) =>
        acme.call('POST', `${urlOf(monitor)}/run`, undefined, asked)
      const started = await run(made, headers)
      expect((await run()).body).toMatchObject({ code: 'run_in_progress', status: 409 })
      const again = await run(made, headers)
      expect([again.status, again.body.id, again.headers['idempotent-replayed']]).toEqual([
        202,
        started.body.id,
        'true',
      ])
      expect((await run(other, headers)).body.code).toBe('idempotency_conflict')
      // Two at once: neither may miss the other.
      const both = await Promise.all([run(other), run(other)])
      expect(both.map(({ status }) => status).sort()).toEqual([202, 409])

      for (const response of held) answer(response)
      held = null
      await ended(started.headers.location)
      expect((await run()).status).toBe(202)
    } finally {
      held?.forEach(answer)
      held = null
    }
  })

  it('is answered for one that is not there', async () => {
    expect((await acme.call('POST', `/api/v1/monitors/${UNKNOWN}/run`)).status).toBe(404)
  })
})
