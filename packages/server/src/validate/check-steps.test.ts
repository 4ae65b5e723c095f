import { describe, expect, it } from 'vitest'
import { Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Step } from '../core/workflow.ts'
import { checkStepShapes } from './check-steps.ts'
import { VALIDATOR_NAMES } from './validators/index.ts'

function step(changes: Partial<Step> = {}): Step {
  return { type: 'json-schema', name: 'Order', failureMode: 'blocking', config: { schema: {} }, ...changes }
}

function problemOf(steps: Step[]): Problem | null {
  try {
    checkStepShapes(steps)
    return null
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

describe('checkStepShapes', () => {
  it('takes as many steps as the limit allows, and no more', () => {
    expect(problemOf(Array.from({ length: LIMITS.workflowStepsMax }, () => step()))).toBeNull()
    const problem = problemOf(Array.from({ length: LIMITS.workflowStepsMax + 1 }, () => step()))
    expect(problem?.errors).toEqual([{ field: 'steps', message: 'must have at most 20 steps' }])
  })

  it('asks for at least one step', () => {
    expect(problemOf([])?.errors).toEqual([{ field: 'steps', message: 'must have at least one step' }])
  })

  it('names an unknown validator and lists the known ones', () => {
    const problem = problemOf([step(), step({ type: 'xml' })])
    expect(problem?.code).toBe('invalid_request')
    expect(problem?.errors).toEqual([
      {
        field: 'steps[1].type',
        message: expect.stringContaining(
          `no validator is called "xml"; known: ${VALIDATOR_NAMES.join(', ')}`,
        ) as string,
      },
    ])
  })

  it.each([{ schema: [] }, { schema: 'object' }, { schema: null }, {}])(
    'refuses %o as the place of a schema',
    (config) => {
      expect(problemOf([step({ config })])?.errors).toEqual([
        { field: 'steps[0].config.schema', message: 'must be a JSON Schema: an object, or true or false' },
      ])
    },
  )

  it('reports every fault at once, unknown keys by their names', () => {
    const problem = problemOf([
      step({ config: { schema: true, scema: {}, draft: 7 } }),
      step({ type: 'csv' }),
    ])
    expect(problem?.errors.map(({ field }) => field)).toEqual([
      'steps[0].config.scema',
      'steps[0].config.draft',
      'steps[1].type',
    ])
  })

  it('refuses a configuration too deep to be handed to a worker', () => {
    let schema: Record<string, unknown> = {}
    for (let depth = 0; depth < 100_000; depth += 1) schema = { not: schema }
    expect(problemOf([step({ config: { schema } })])?.errors).toEqual([
      { field: 'steps[0].config.schema', message: 'is nested too deeply' },
    ])
  })
})
