import { createHash } from 'node:crypto'

/** A step's configuration as it travels to a worker. */
export interface StepConfig {
  key: string
  text: string
}

const known = new WeakMap<object, StepConfig>()

/**
 * The configuration as JSON and a key that only equal configurations share. Remembered for as long as the object lives,
 * so it must not change afterwards. Throws a RangeError when it is nested deeper than JSON.stringify can follow.
 */
export function stepConfigOf(config: Record<string, unknown>): StepConfig {
  const before = known.get(config)
  if (before !== undefined) return before
  const text = JSON.stringify(config)
  const stepConfig = { key: createHash('sha256').update(text).digest('base64'), text }
  known.set(config, stepConfig)
  return stepConfig
}
