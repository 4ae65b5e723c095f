import { matchOf, isWatched, type AlertMatch } from '../detect/alerts.ts'
import { alertEvent } from '../detect/alert-event.ts'
import type { EndedRun } from '../detect/ended-run.ts'
import type { Detected } from '../catalogue/detected.ts'
import type { Alert, AlertRule } from '../core/alert.ts'
import type { Event } from '../core/event.ts'
import type { Ids } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import type { Store } from '../store/store.ts'

/** Asks the organization's alert rules of a run that has ended. What they find is stored with the run. */
export interface RunAlerts {
  /** Whether the organization has rules that are asked of its runs. */
  isAsked(organizationId: number): Promise<boolean>
  /** `completed` is the run's `validation.completed` event: what `cel` rules are expressions over. */
  of(ended: EndedRun, completed: Event): Promise<{ alerts: Alert[]; detected: Detected[] }>
  /** What the rule would find, whether or not it is enabled and cooling; null when it does not match. Tells nobody. */
  try(rule: AlertRule, ended: EndedRun, completed: Event): Promise<AlertMatch | null>
}

export interface RunAlertsParts {
  store: Pick<Store, 'alertRules' | 'alerts'>
  /**
   * Which of these expressions hold for the event; one that took too long is not in the answer. Rejects when it cannot say
   * anything.
   */
  judgeExpressions: (event: Event, expressions: readonly string[]) => Promise<ReadonlyMap<string, boolean>>
  ids: Ids
  watch: { failure(error: unknown, doing: string): void }
}

export function createRunAlerts({ store, judgeExpressions, ids, watch }: RunAlertsParts): RunAlerts {
  /** A rule that cannot be judged must not keep the run from ending: it does not match, and the log says why. */
  async function judgeCel(
    rules: readonly AlertRule[],
    completed: Event,
  ): Promise<ReadonlyMap<string, boolean>> {
    const expressions = rules.flatMap(({ condition }) =>
      condition.type === 'cel' ? condition.expression : [],
    )
    if (expressions.length === 0) return new Map()
    const doing = `judging alert rules of run ${completed.runId ?? ''}`
    try {
      const distinct = [...new Set(expressions)]
      const holds = new Map<string, boolean>()
      // A few at a time: each may take as long as it is allowed to, and others wait for the same judge.
      for (let from = 0; from < distinct.length; from += LIMITS.alertExpressionsAtOnceMax) {
        const some = distinct.slice(from, from + LIMITS.alertExpressionsAtOnceMax)
        for (const [expression, isHeld] of await judgeExpressions(completed, some)) {
          holds.set(expression, isHeld)
        }
      }
      for (const expression of distinct) {
        if (!holds.has(expression)) watch.failure(new Error(`This takes too long: ${expression}`), doing)
      }
      return holds
    } catch (error) {
      watch.failure(error, doing)
      return new Map()
    }
  }

  async function isCooling(rule: AlertRule, subject: string | null, now: number): Promise<boolean> {
    const lastAt = await store.alerts.lastAt(rule.organizationId, rule.id, subject)
    return lastAt !== null && now < lastAt + rule.cooldownSeconds * SECOND_MS
  }

  function alertOf(rule: AlertRule, match: AlertMatch, { run }: EndedRun, now: number): Alert {
    return {
      id: ids.make('alert'),
      organizationId: rule.organizationId,
      ruleId: rule.id,
      ruleName: rule.name,
      ruleType: rule.condition.type,
      severity: rule.severity,
      runId: run.id,
      subject: run.subject,
      ...match,
      createdAt: now,
      acknowledgedAt: null,
      acknowledgedBy: null,
    }
  }

  return {
    isAsked: async (organizationId) => (await store.alertRules.enabled(organizationId)).length > 0,

    async try(rule, ended, completed) {
      if (!isWatched({ ...rule, enabled: true }, ended.run)) return null
      const holds = await judgeCel([rule], completed)
      return matchOf(rule.condition, ended, (expression) => holds.get(expression) === true)
    },

    async of(ended, completed) {
      const { run } = ended
      // Not the time of its end: a reported run may have ended long before we heard of it.
      const now = completed.createdAt
      const rules = (await store.alertRules.enabled(run.organizationId)).filter((rule) =>
        isWatched(rule, run),
      )
      const holds = await judgeCel(rules, completed)
      const alerts: Alert[] = []
      const detected: Detected[] = []
      for (const rule of rules) {
        const match = matchOf(rule.condition, ended, (expression) => holds.get(expression) === true)
        if (match === null || (await isCooling(rule, run.subject, now))) continue
        const alert = alertOf(rule, match, ended, now)
        const address = { to: rule.recipients, subscribers: rule.notifyVia.includes('webhook') }
        alerts.push(alert)
        detected.push({ ...alertEvent(ended, alert), address })
      }
      return { alerts, detected }
    },
  }
}
