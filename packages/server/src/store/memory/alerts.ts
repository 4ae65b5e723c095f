import type { AlertRuleStore, AlertStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createAlertRuleStore(tables: Tables): AlertRuleStore {
  const all = (organizationId: number) => tables.alertRules.where('organization', organizationId)
  const find = (organizationId: number, id: string) => {
    const rule = tables.alertRules.get(id)
    return rule?.organizationId === organizationId ? rule : null
  }
  return {
    create: async (rule, assertRoom, claim) =>
      createOnce(tables, claim, () => {
        assertRoom(all(rule.organizationId).length)
        tables.alertRules.add(rule)
        return { row: rule, resourceId: rule.id }
      }),
    get: async (organizationId, id) => tables.read(() => find(organizationId, id)),
    list: async (organizationId, page) => tables.read(() => newestFirst(all(organizationId), page)),
    enabled: async (organizationId) =>
      tables.read(() =>
        all(organizationId)
          .filter(({ enabled }) => enabled)
          .sort((left, right) => (left.id < right.id ? -1 : 1)),
      ),
    change: async (organizationId, id, decide) =>
      tables.transact(() => {
        const rule = find(organizationId, id)
        if (rule === null) return null
        const changed = decide(rule)
        tables.alertRules.put(changed)
        return changed
      }),
    remove: async (organizationId, id) =>
      tables.transact(() => {
        if (find(organizationId, id) === null) return false
        tables.alertRules.remove(id)
        return true
      }),
  }
}

export function createAlertStore(tables: Tables): AlertStore {
  const find = (organizationId: number, id: string) => {
    const alert = tables.alerts.get(id)
    return alert?.organizationId === organizationId ? alert : null
  }
  return {
    get: async (organizationId, id) => tables.read(() => find(organizationId, id)),
    list: async (organizationId, { ruleId, open }, page) =>
      tables.read(() => {
        const alerts = tables.alerts.where('organization', organizationId).filter((alert) => {
          if (ruleId !== undefined && alert.ruleId !== ruleId) return false
          return open !== true || alert.acknowledgedAt === null
        })
        return newestFirst(alerts, page)
      }),
    lastAt: async (organizationId, ruleId, subject) =>
      tables.read(() => {
        const times = tables.alerts
          .where('organization', organizationId)
          .filter((alert) => alert.ruleId === ruleId && alert.subject === subject)
          .map(({ createdAt }) => createdAt)
        return times.length === 0 ? null : Math.max(...times)
      }),
    acknowledge: async (organizationId, id, by, now) =>
      tables.transact(() => {
        const alert = find(organizationId, id)
        if (alert === null || alert.acknowledgedAt !== null) return alert
        const acknowledged = { ...alert, acknowledgedAt: now, acknowledgedBy: by }
        tables.alerts.put(acknowledged)
        return acknowledged
      }),
  }
}
