import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../core/clock.ts'
import type { StoreSurvey } from '../../store/survey.ts'

/** `warning` is worth knowing and leaves the exit code alone. */
export type CheckStatus = 'ok' | 'warning' | 'wrong'

/** One thing that was looked at. */
export interface CheckResult {
  /** Stable snake_case word, for scripts that read --json. */
  name: string
  status: CheckStatus
  /** What was found, in plain words. */
  detail: string
  /** What to do about it; null where there is nothing to do. */
  advice: string | null
}

/** What the checks may know. */
export interface CheckContext {
  settings: Settings
  clock: Clock
  survey: StoreSurvey
}

/** Looks, changes nothing, and reports; whatever it meets is a result, never a rejection. */
export type Check = (context: CheckContext) => Promise<CheckResult[]>

export function ok(name: string, detail: string): CheckResult {
  return { name, status: 'ok', detail, advice: null }
}

export function warning(name: string, detail: string, advice: string): CheckResult {
  return { name, status: 'warning', detail, advice }
}

export function wrong(name: string, detail: string, advice: string): CheckResult {
  return { name, status: 'wrong', detail, advice }
}
