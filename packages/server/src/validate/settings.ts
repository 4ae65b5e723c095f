import { createHash } from 'node:crypto'
import { isAction, type Step } from '../core/workflow.ts'

const known = new WeakMap<readonly Step[], string>()

/**
 * A short text that only equal steps share. What steps are called, and what is done when a run ends, changes no verdict
 * and so is not part of it; nor is the order of a configuration's keys, which many a client chooses anew each time.
 * Remembered for as long as the steps live, which must not change.
 */
export function settingsOf(steps: readonly Step[]): string {
  const before = known.get(steps)
  if (before !== undefined) return before
  const judging = steps
    .filter(({ type }) => !isAction(type))
    .map(({ type, failureMode, config }) => [type, failureMode, config])
  const text = JSON.stringify(judging, withSortedKeys)
  const settings = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  known.set(steps, settings)
  return settings
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
}
