import { describe, expect, test } from 'vitest'
import type { Alert, AlertRule } from '../../core/alert.ts'
import { Problem } from '../../core/errors.ts'
import { remove } from '../../core/webhook.ts'
import { accepted } from './world.ts'
import type { Subject, World } from './world.ts'

const page = { limit: 100, before: null }
const roomForAny = (): void => undefined
const full = (): never => {
  throw new Problem('invalid_request', 'full')
}

function sampleRule({ ids, organization, clock }: World, changes: Partial<AlertRule> = {}): AlertRule {
  return {
    id: ids.make('rule'),
    organizationId: organization.id,
    name: 'Low',
    enabled: true,
    scope: { type: 'url_pattern', urlPattern: 'https://example.com/*' },
    condition: { type: 'score_threshold', operator: 'lt', value: 75 },
    severity: 'critical',
    notifyVia: ['webhook', 'email'],
    recipients: [ids.make('webhook')],
    cooldownSeconds: 60,
    createdAt: clock.now,
    updatedAt: clock.now,
    ...changes,
  }
}

function sampleAlert({ ids, organization, clock }: World, changes: Partial<Alert> = {}): Alert {
  return {
    id: ids.make('alert'),
    organizationId: organization.id,
    ruleId: ids.make('rule'),
    ruleName: 'Low',
    ruleType: 'score_threshold',
    severity: 'critical',
    runId: ids.uuid(),
    subject: 'https://example.com/a',
    message: 'The score is 72.',
    before: '88',
    after: '72',
    createdAt: clock.now,
    acknowledgedAt: null,
    acknowledgedBy: null,
    ...changes,
  }
}

export const describeAlerts: Subject = (the) => {
  describe('alert rules', () => {
    test('come back as they were made, and as they were changed', async () => {
      const { store, organization } = the()
      const rule = sampleRule(the())
      expect(await store.alertRules.create(rule, roomForAny, null)).toEqual({ outcome: 'created', row: rule })
      expect(await store.alertRules.get(organization.id, rule.id)).toEqual(rule)
      const changed: AlertRule = { ...rule, enabled: false, name: 'Lower', scope: { type: 'all' } }
      expect(await store.alertRules.change(organization.id, rule.id, () => changed)).toEqual(changed)
      expect(await store.alertRules.get(organization.id, rule.id)).toEqual(changed)
      expect(await store.alertRules.remove(organization.id, rule.id)).toBe(true)
      expect(await store.alertRules.remove(organization.id, rule.id)).toBe(false)
      expect(await store.alertRules.change(organization.id, rule.id, () => changed)).toBeNull()
      expect(await store.alertRules.get(organization.id, rule.id)).toBeNull()
    })

    test('that are enabled are asked in the order in which they were made', async () => {
      const { store, organization } = the()
      const first = sampleRule(the())
      const off = sampleRule(the(), { enabled: false })
      const second = sampleRule(the())
      for (const rule of [first, off, second]) await store.alertRules.create(rule, roomForAny, null)
      expect(await store.alertRules.enabled(organization.id)).toEqual([first, second])
      expect((await store.alertRules.list(organization.id, page)).rows).toEqual([second, off, first])
      await store.alertRules.change(organization.id, first.id, (rule) => ({ ...rule, enabled: false }))
      expect(await store.alertRules.enabled(organization.id)).toEqual([second])
    })

    test('are made once for one Idempotency-Key', async () => {
      const { store, organization, claim } = the()
      const rule = sampleRule(the())
      const asked = claim({ operation: 'createAlertRule', resourceId: rule.id })
      await store.alertRules.create(rule, roomForAny, asked)
      const again = await store.alertRules.create(sampleRule(the()), full, asked)
      expect(again).toMatchObject({ outcome: 'replayed', resourceId: rule.id })
      expect((await store.alertRules.list(organization.id, page)).rows).toEqual([rule])
    })

    test('are made as long as there is room', async () => {
      const { store, organization } = the()
      const counts: number[] = []
      const counted = (count: number): void => void counts.push(count)
      for (const rule of [sampleRule(the()), sampleRule(the(), { enabled: false })]) {
        await store.alertRules.create(rule, counted, null)
      }
      expect(counts).toEqual([0, 1])
      await expect(store.alertRules.create(sampleRule(the()), full, null)).rejects.toThrow('full')
      expect((await store.alertRules.list(organization.id, page)).rows).toHaveLength(2)
    })

    test('of another organization are neither found nor touched', async () => {
      const { store, organization, addTenant } = the()
      const rule = sampleRule(the())
      await store.alertRules.create(rule, roomForAny, null)
      const stranger = (await addTenant('stranger')).organization.id
      expect(await store.alertRules.get(stranger, rule.id)).toBeNull()
      expect(await store.alertRules.enabled(stranger)).toEqual([])
      expect((await store.alertRules.list(stranger, page)).rows).toEqual([])
      expect(await store.alertRules.change(stranger, rule.id, () => rule)).toBeNull()
      expect(await store.alertRules.remove(stranger, rule.id)).toBe(false)
      expect(await store.alertRules.get(organization.id, rule.id)).toEqual(rule)
    })
  })

  describe('alerts', () => {
    test('are kept with their unit, or not at all', async () => {
      const { store, organization, acceptUnit, event, claim } = the()
      const alert = sampleAlert(the())
      const asked = claim()
      await acceptUnit({ alerts: [alert], events: [event()], claim: asked })
      expect(await store.alerts.get(organization.id, alert.id)).toEqual(alert)
      const again = sampleAlert(the())
      await acceptUnit({ alerts: [again], events: [event()], claim: asked })
      expect(await store.alerts.get(organization.id, again.id)).toBeNull()
    })

    test('are listed newest first, by rule, and without those that were acknowledged', async () => {
      const { store, organization, acceptUnit, clock } = the()
      const first = sampleAlert(the())
      const second = sampleAlert(the(), { ruleId: first.ruleId })
      const other = sampleAlert(the(), { subject: null, before: null, after: null })
      await acceptUnit({ alerts: [first, second, other] })
      const list = async (filter: object) => (await store.alerts.list(organization.id, filter, page)).rows
      expect(await list({})).toEqual([other, second, first])
      expect(await list({ ruleId: first.ruleId })).toEqual([second, first])
      const acknowledged = { ...first, acknowledgedAt: clock.now, acknowledgedBy: 'ci' }
      expect(await store.alerts.acknowledge(organization.id, first.id, 'ci', clock.now)).toEqual(acknowledged)
      expect(await store.alerts.acknowledge(organization.id, first.id, 'late', clock.now + 1)).toEqual(
        acknowledged,
      )
      expect(await list({ open: true })).toEqual([other, second])
      expect(await list({ open: true, ruleId: first.ruleId })).toEqual([second])
    })

    test('say when their rule last spoke of a subject', async () => {
      const { store, organization, acceptUnit, clock } = the()
      const first = sampleAlert(the())
      await acceptUnit({ alerts: [first] })
      clock.now += 10
      await acceptUnit({ alerts: [sampleAlert(the(), { ruleId: first.ruleId })] })
      await acceptUnit({
        alerts: [sampleAlert(the(), { ruleId: first.ruleId, subject: null, createdAt: 5 })],
      })
      const lastAt = (subject: string | null, ruleId = first.ruleId) =>
        store.alerts.lastAt(organization.id, ruleId, subject)
      expect(await lastAt(first.subject)).toBe(clock.now)
      expect(await lastAt(null)).toBe(5)
      expect(await lastAt('https://example.com/b')).toBeNull()
      expect(await lastAt(first.subject, the().ids.make('rule'))).toBeNull()
    })

    test('of another organization are neither found nor acknowledged', async () => {
      const { store, acceptUnit, addTenant, clock } = the()
      const alert = sampleAlert(the())
      await acceptUnit({ alerts: [alert] })
      const stranger = (await addTenant('stranger')).organization.id
      expect(await store.alerts.get(stranger, alert.id)).toBeNull()
      expect((await store.alerts.list(stranger, { ruleId: alert.ruleId }, page)).rows).toEqual([])
      expect((await store.alerts.list(stranger, { open: true }, page)).rows).toEqual([])
      expect(await store.alerts.lastAt(stranger, alert.ruleId, alert.subject)).toBeNull()
      expect(await store.alerts.acknowledge(stranger, alert.id, 'x', clock.now)).toBeNull()
    })

    test('go with the sweep once they are old', async () => {
      const { store, organization, acceptUnit, clock } = the()
      const alert = sampleAlert(the())
      await acceptUnit({ alerts: [alert] })
      expect(await store.retention.sweep(clock.now, 0, 10)).toBe(0)
      expect(await store.retention.sweep(clock.now + 1, 0, 10)).toBe(1)
      expect((await store.alerts.list(organization.id, {}, page)).rows).toEqual([])
    })
  })

  describe('an address', () => {
    test('adds those it names to those who subscribed, each once', async () => {
      const { addWebhook, acceptUnit, event } = the()
      const subscribed = await addWebhook()
      const named = await addWebhook({ events: ['other.type'] })
      const said = event()
      const address = { to: [named.id, subscribed.id, named.id], subscribers: true }
      const outcome = accepted(await acceptUnit({ events: [said], addresses: new Map([[said.id, address]]) }))
      const { leased, deliveries } = outcome
      expect(deliveries).toEqual([2])
      expect(leased.map(({ delivery }) => delivery.webhookId)).toEqual([subscribed.id, named.id])
    })

    test('may leave subscribers out', async () => {
      const { addWebhook, acceptUnit, event } = the()
      await addWebhook()
      const named = await addWebhook({ events: ['other.type'] })
      const [said, plain] = [event(), event()]
      const addresses = new Map([[said.id, { to: [named.id], subscribers: false }]])
      const outcome = accepted(await acceptUnit({ events: [said, plain], addresses }))
      expect(outcome.deliveries).toEqual([1, 1])
    })

    test('passes over what is gone, or is another organization’s', async () => {
      const { addWebhook, addTenant, store, organization, acceptUnit, event, clock, ids } = the()
      const stranger = (await addTenant('stranger')).organization.id
      const theirs = await addWebhook({ organizationId: stranger })
      const gone = await addWebhook({ events: ['other.type'] })
      await store.webhooks.change(organization.id, gone.id, (webhook) => remove(webhook, clock.now))
      const said = event()
      const address = { to: [theirs.id, gone.id, ids.make('webhook')], subscribers: true }
      const outcome = accepted(await acceptUnit({ events: [said], addresses: new Map([[said.id, address]]) }))
      expect(outcome.deliveries).toEqual([0])
    })
  })
}
