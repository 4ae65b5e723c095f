import type { AlertRule } from '../../core/alert.ts'
import { cutPage } from '../rules/pages.ts'
import type { AlertRuleStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes, idText } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import { pageStart } from './pages.ts'

interface AlertRuleRow {
  id: Uint8Array
  organization_id: number
  enabled: number
  rule: string
}

/** What is asked of rules by SQL has columns; the rest is read and written whole. */
type RuleText = Omit<AlertRule, 'id' | 'organizationId' | 'enabled'>

export function createAlertRuleStore(connection: Connection, idempotency: Idempotency): AlertRuleStore {
  const select = connection.prepare<AlertRuleRow>(
    'SELECT * FROM alert_rules WHERE organization_id = ? AND id = ?',
  )
  const selectPage = connection.prepare<AlertRuleRow>(
    'SELECT * FROM alert_rules WHERE organization_id = ? AND id < ? ORDER BY id DESC LIMIT ?',
  )
  const selectEnabled = connection.prepare<AlertRuleRow>(
    'SELECT * FROM alert_rules INDEXED BY alert_rules_enabled WHERE organization_id = ? AND enabled = 1 ORDER BY id',
  )
  const count = connection.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM alert_rules WHERE organization_id = ?',
  )
  const insert = connection.prepare(
    'INSERT INTO alert_rules (enabled, rule, organization_id, id) VALUES (?, ?, ?, ?)',
  )
  const update = connection.prepare(
    'UPDATE alert_rules SET enabled = ?, rule = ? WHERE organization_id = ? AND id = ?',
  )
  const remove = connection.prepare('DELETE FROM alert_rules WHERE organization_id = ? AND id = ?')

  function find(organizationId: number, id: string): AlertRule | null {
    const bytes = findableId('rule', id)
    const row = bytes === null ? undefined : select.get(organizationId, bytes)
    return row === undefined ? null : ruleFrom(row)
  }

  return {
    create: async (rule, assertRoom, claim) =>
      idempotency.createOnce(claim, () => {
        assertRoom(count.get(rule.organizationId)?.count ?? 0)
        insert.run(...valuesOf(rule))
        return { row: rule, resourceId: rule.id }
      }),
    get: async (organizationId, id) => connection.read(() => find(organizationId, id)),
    list: async (organizationId, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('rule', id))
        const rows = start === null ? [] : selectPage.all(organizationId, start, limit + 1)
        return cutPage(rows.map(ruleFrom), limit, (rule) => rule.id)
      }),
    enabled: async (organizationId) => connection.read(() => selectEnabled.all(organizationId).map(ruleFrom)),
    change: async (organizationId, id, decide) =>
      connection.commit(() => {
        const rule = find(organizationId, id)
        if (rule === null) return null
        const changed = decide(rule)
        update.run(...valuesOf(changed))
        return changed
      }),
    remove: async (organizationId, id) =>
      connection.commit(() => {
        const bytes = findableId('rule', id)
        return bytes !== null && Number(remove.run(organizationId, bytes).changes) > 0
      }),
  }
}

function ruleFrom(row: AlertRuleRow): AlertRule {
  return {
    id: idText('rule', row.id),
    organizationId: row.organization_id,
    enabled: row.enabled === 1,
    ...(JSON.parse(row.rule) as RuleText),
  }
}

function valuesOf({ id, organizationId, enabled, ...text }: AlertRule) {
  return [
    enabled ? 1 : 0,
    JSON.stringify(text satisfies RuleText),
    organizationId,
    idBytes('rule', id),
  ] as const
}
