import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../../test/support/test-api.ts'

const RULES = '/api/v1/alert-rules'
const RESULTS = '/api/v1/orgs/acme/workflows/pages/results'
const PAGE = 'https://example.com/blog/a'
const ARTICLE = {
  type: 'Article',
  properties: [{ name: 'headline', importance: 'required', kinds: ['text'] }],
}
const BELOW = { name: 'Low', condition: { rule_type: 'score_threshold', value: 75 }, cooldown_seconds: 0 }

let api: TestApi
let acme: TestCaller

beforeAll(async () => {
  api = await createTestApi()
  acme = await api.organization('acme')
  await acme.call('POST', '/api/v1/workflows', {
    slug: 'pages',
    name: 'Pages',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
})
afterAll(() => api.close())

async function created(rule: object): Promise<string> {
  const { status, body } = await acme.call('POST', RULES, rule)
  expect([status, body.errors]).toEqual([201, undefined])
  return body.id as string
}

async function report(score: number, more: object = {}): Promise<string> {
  const { status, body } = await acme.call('POST', RESULTS, { result: 'PASS', url: PAGE, score, ...more })
  expect(status).toBe(201)
  return body.id as string
}

async function alertsOf(
  rule: string,
  filter = '',
): Promise<{ id: string; run_id: string; message: string }[]> {
  return (await acme.call('GET', `/api/v1/alerts?rule=${rule}${filter}`)).body.data
}

async function deleted(rule: string): Promise<void> {
  expect((await acme.call('DELETE', `${RULES}/${rule}`)).status).toBe(204)
}

describe('a rule', () => {
  it('comes back as it was made, with its defaults', async () => {
    const { status, body } = await acme.call('POST', RULES, {
      name: 'Low',
      condition: { rule_type: 'score_threshold', value: 75 },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      name: 'Low',
      enabled: true,
      scope: { applies_to: 'all', project_id: null, url_pattern: null },
      condition: { rule_type: 'score_threshold', operator: 'lt', value: 75, expression: null },
      actions: { notify_via: ['webhook'], recipients: [], severity: 'warning' },
      cooldown_seconds: 3600,
    })
    expect((await acme.call('GET', `${RULES}/${body.id}`)).body).toEqual(body)
    expect((await acme.call('GET', RULES)).body.data).toContainEqual(body)
    await deleted(body.id as string)
    expect((await acme.call('GET', `${RULES}/${body.id}`)).status).toBe(404)
  })

  it('is changed field by field', async () => {
    const id = await created(BELOW)
    const changes = { enabled: false, condition: { rule_type: 'type_removed' } }
    const { status, body } = await acme.call('PATCH', `${RULES}/${id}`, changes)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'Low',
      enabled: false,
      condition: { rule_type: 'type_removed', value: null },
    })
    await deleted(id)
  })

  it('is changed although a channel that it names is gone', async () => {
    const target = { url: 'https://hooks.slack.com/services/T0/B0/x' }
    const { body: channel } = await acme.call('POST', '/api/v1/channels', {
      carrier: 'slack',
      name: 'Ops',
      ...target,
    })
    const actions = { notify_via: ['slack'], recipients: [channel.id] }
    const id = await created({ ...BELOW, actions })
    await acme.call('DELETE', `/api/v1/channels/${channel.id}`)
    const { status, body } = await acme.call('PATCH', `${RULES}/${id}`, { enabled: false })
    expect([status, body.enabled, body.actions.recipients]).toEqual([200, false, [channel.id]])
    expect((await acme.call('PATCH', `${RULES}/${id}`, { actions })).status).toBe(422)
    await deleted(id)
  })

  it('loses none of two changes that are made at once', async () => {
    const id = await created({ ...BELOW, condition: { rule_type: 'cel', expression: 'data.score < 1.0' } })
    const expression = 'data.score < 2.0'
    await Promise.all([
      acme.call('PATCH', `${RULES}/${id}`, { condition: { rule_type: 'cel', expression } }),
      acme.call('PATCH', `${RULES}/${id}`, { name: 'Lower' }),
    ])
    const { body } = await acme.call('GET', `${RULES}/${id}`)
    expect([body.name, body.condition.expression]).toEqual(['Lower', expression])
    await deleted(id)
  })

  it.each([
    [{ condition: { rule_type: 'score_drop' } }, 'condition.value'],
    [{ condition: { rule_type: 'score_drop', value: 0 } }, 'condition.value'],
    [{ condition: { rule_type: 'score_threshold', value: 'low' } }, 'condition.value'],
    [{ condition: { rule_type: 'property_missing', value: 3 } }, 'condition.value'],
    [{ condition: { rule_type: 'cel' } }, 'condition.expression'],
    [{ condition: { rule_type: 'cel', expression: 'data.score <' } }, 'condition.expression'],
    [{ condition: { rule_type: 'cel', expression: 'nothing == 1' } }, 'condition.expression'],
    [{ scope: { applies_to: 'project' } }, 'scope.project_id'],
    [{ scope: { applies_to: 'url_pattern' } }, 'scope.url_pattern'],
    [{ actions: { notify_via: ['email'] } }, 'actions.recipients'],
    [{ actions: { notify_via: ['webhook'], recipients: ['webhook_nobody'] } }, 'actions.recipients[0]'],
    [{ cooldown_seconds: -1 }, 'cooldown_seconds'],
    [{ cool: true }, 'cool'],
  ])('is refused with %j, on %s', async (wrong, field) => {
    const { status, body } = await acme.call('POST', RULES, { ...BELOW, ...wrong })
    expect([status, body.errors[0].field]).toEqual([422, field])
  })

  it('belongs to a tier', async () => {
    const free = await api.organization('free-of-rules', { tier: 'pro' })
    expect((await free.call('POST', RULES, BELOW)).body.code).toBe('tier_required')
  })
})

describe('after a run', () => {
  it('a match is kept, and told to those who subscribed, with what was before and after', async () => {
    const { body: webhook } = await acme.call('POST', '/api/v1/webhooks', {
      url: 'https://example.com/',
      events: ['alert.triggered'],
      enabled: false,
    })
    await report(88)
    const id = await created(BELOW)
    const run = await report(72)
    const [alert] = await alertsOf(id)
    expect(alert).toMatchObject({
      alert_rule: { id, name: 'Low', rule_type: 'score_threshold' },
      severity: 'warning',
      message: 'The score is 72, below 75; it was 88.',
      before: '88',
      after: '72',
      subject: PAGE,
      run_id: run,
      acknowledged_at: null,
    })
    const { body: deliveries } = await acme.call('GET', `/api/v1/deliveries?webhook_id=${webhook.id}`)
    const { body: event } = await acme.call('GET', `/api/v1/events/${deliveries.data[0].event_id}`)
    expect(event.body.data).toMatchObject({ alert_id: alert?.id, before: '88', after: '72', url: PAGE })
    expect(event.body.data.run_url).toContain(run)
    await deleted(id)
  })

  it('is silent while it cools, for that subject alone', async () => {
    const id = await created({ ...BELOW, cooldown_seconds: 60 })
    const first = await report(10)
    await report(9)
    const other = await report(8, { url: 'https://example.com/blog/b' })
    expect((await alertsOf(id)).map(({ run_id }) => run_id)).toEqual([other, first])
    api.clock.shiftMs += 61_000
    const later = await report(7)
    expect((await alertsOf(id)).map(({ run_id }) => run_id)).toEqual([later, other, first])
    await deleted(id)
  })

  it('asks expressions, and rules of structure', async () => {
    const cel = await created({ ...BELOW, condition: { rule_type: 'cel', expression: 'data.score < 5.0' } })
    const gone = await created({ ...BELOW, condition: { rule_type: 'type_removed', value: 'Article' } })
    await report(50, { schemas: [ARTICLE] })
    const run = await report(4, { schemas: [] })
    expect((await alertsOf(cel)).map(({ run_id }) => run_id)).toEqual([run])
    expect((await alertsOf(gone)).map(({ message }) => message)).toEqual(['The type Article is gone.'])
    await deleted(cel)
    await deleted(gone)
  })

  it('is acknowledged once, by name', async () => {
    const id = await created(BELOW)
    await report(1)
    const [alert] = await alertsOf(id, '&open=true')
    const first = await acme.call('POST', `/api/v1/alerts/${alert?.id}/acknowledge`)
    expect(first.body.acknowledged_by).not.toBeNull()
    api.clock.shiftMs += 1_000
    expect((await acme.call('POST', `/api/v1/alerts/${alert?.id}/acknowledge`)).body).toEqual(first.body)
    expect(await alertsOf(id, '&open=true')).toEqual([])
    await deleted(id)
  })
})

describe('a test', () => {
  it('holds the rule against a run, and tells nobody', async () => {
    const id = await created({ ...BELOW, enabled: false })
    const low = await report(20)
    const high = await report(90)
    const test = async (body: object) => (await acme.call('POST', `${RULES}/${id}/test`, body)).body
    expect(await test({ run: low })).toMatchObject({ matched: true, run_id: low, after: '20' })
    expect(await test({})).toMatchObject({ matched: false, run_id: high })
    expect(await alertsOf(id)).toEqual([])
    await deleted(id)
  })

  it('says when there is nothing to hold it against', async () => {
    const id = await created({
      ...BELOW,
      scope: { applies_to: 'url_pattern', url_pattern: 'https://nobody.example/*' },
    })
    const { body } = await acme.call('POST', `${RULES}/${id}/test`, {})
    expect(body).toMatchObject({ matched: false, run_id: null })
    expect(body.message).toContain('no run yet')
    await deleted(id)
  })
})
