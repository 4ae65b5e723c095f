import type { Alert } from '../../core/alert.ts'
import { cutPage } from '../rules/pages.ts'
import type { AlertStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes, idText, uuidBytes, uuidText } from './ids.ts'
import { pageStart } from './pages.ts'

interface AlertRow {
  id: Uint8Array
  organization_id: number
  rule_id: Uint8Array
  rule_name: string
  rule_type: string
  severity: string
  run_id: Uint8Array
  subject: string | null
  message: string
  before: string | null
  after: string | null
  created_at: number
  acknowledged_at: number | null
  acknowledged_by: string | null
}

export function createAlertStore(connection: Connection): AlertStore {
  const select = connection.prepare<AlertRow>('SELECT * FROM alerts WHERE organization_id = ? AND id = ?')
  const selectPage = connection.prepare<AlertRow>(`
    SELECT * FROM alerts WHERE organization_id = ? AND id < ? ORDER BY id DESC LIMIT ?`)
  const selectOpenPage = connection.prepare<AlertRow>(`
    SELECT * FROM alerts INDEXED BY alerts_open
    WHERE organization_id = ? AND acknowledged_at IS NULL AND id < ? ORDER BY id DESC LIMIT ?`)
  const selectRulePage = connection.prepare<AlertRow>(`
    SELECT * FROM alerts INDEXED BY alerts_rule
    WHERE organization_id = ?1 AND rule_id = ?2 AND id < ?4 AND (?3 = 0 OR acknowledged_at IS NULL)
    ORDER BY id DESC LIMIT ?5`)
  const selectLast = connection.prepare<{ created_at: number }>(`
    SELECT created_at FROM alerts INDEXED BY alerts_subject
    WHERE organization_id = ? AND rule_id = ? AND subject IS ? ORDER BY created_at DESC LIMIT 1`)
  const acknowledge = connection.prepare(`
    UPDATE alerts SET acknowledged_at = ?, acknowledged_by = ?
    WHERE organization_id = ? AND id = ? AND acknowledged_at IS NULL`)

  function find(organizationId: number, id: string): Alert | null {
    const bytes = findableId('alert', id)
    const row = bytes === null ? undefined : select.get(organizationId, bytes)
    return row === undefined ? null : alertFrom(row)
  }

  return {
    get: async (organizationId, id) => connection.read(() => find(organizationId, id)),
    list: async (organizationId, { ruleId, open }, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('alert', id))
        if (start === null) return { rows: [], next: null }
        const tail = [start, limit + 1] as const
        if (ruleId === undefined) {
          const rows = (open ? selectOpenPage : selectPage).all(organizationId, ...tail)
          return cutPage(rows.map(alertFrom), limit, (alert) => alert.id)
        }
        const rule = findableId('rule', ruleId)
        const rows = rule === null ? [] : selectRulePage.all(organizationId, rule, open ? 1 : 0, ...tail)
        return cutPage(rows.map(alertFrom), limit, (alert) => alert.id)
      }),
    lastAt: async (organizationId, ruleId, subject) =>
      connection.read(
        () => selectLast.get(organizationId, idBytes('rule', ruleId), subject)?.created_at ?? null,
      ),
    acknowledge: async (organizationId, id, by, now) =>
      connection.commit(() => {
        const bytes = findableId('alert', id)
        if (bytes !== null) acknowledge.run(now, by, organizationId, bytes)
        return find(organizationId, id)
      }),
  }
}

export function createAlertWriter(connection: Connection): (alert: Alert) => void {
  const insert = connection.prepare(`
    INSERT INTO alerts (id, organization_id, rule_id, rule_name, rule_type, severity, run_id, subject, message, before,
      after, created_at, acknowledged_at, acknowledged_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)

  return (alert) => {
    insert.run(
      idBytes('alert', alert.id),
      alert.organizationId,
      idBytes('rule', alert.ruleId),
      alert.ruleName,
      alert.ruleType,
      alert.severity,
      uuidBytes(alert.runId),
      alert.subject,
      alert.message,
      alert.before,
      alert.after,
      alert.createdAt,
      alert.acknowledgedAt,
      alert.acknowledgedBy,
    )
  }
}

function alertFrom(row: AlertRow): Alert {
  return {
    id: idText('alert', row.id),
    organizationId: row.organization_id,
    ruleId: idText('rule', row.rule_id),
    ruleName: row.rule_name,
    ruleType: row.rule_type as Alert['ruleType'],
    severity: row.severity as Alert['severity'],
    runId: uuidText(row.run_id),
    subject: row.subject,
    message: row.message,
    before: row.before,
    after: row.after,
    createdAt: row.created_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
  }
}
