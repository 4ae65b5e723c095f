import { describe, expect, it } from 'vitest'
import { Problem } from '../core/errors.ts'
import { documentSubmission } from '../core/run.ts'
import type { Step } from '../core/workflow.ts'
import { checkSubmission } from './check-submission.ts'

const steps: Step[] = [
  { type: 'json-schema', name: 'Order', failureMode: 'blocking', config: { schema: true } },
]

function problemOf(content: Buffer | null, contentType: string | null = null): Problem | null {
  try {
    checkSubmission(steps, { content, contentType, url: null })
    return null
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

describe('checkSubmission', () => {
  it('takes a JSON document', () => {
    expect(problemOf(Buffer.from('{}'))).toBeNull()
  })

  it('leaves YAML to be read by a worker', () => {
    expect(problemOf(Buffer.from('a: ['), 'application/yaml')).toBeNull()
    expect(problemOf(Buffer.from('a: 1'), 'text/plain')?.code).toBe('document_not_json')
  })

  it('refuses a document that is not JSON when the first step needs it', () => {
    const problem = problemOf(Buffer.from('<order/>'))
    expect(problem?.code).toBe('document_not_json')
    expect(problem?.errors[0]?.field).toBe('content')
    expect(problem?.errors[0]?.message).toContain("Unexpected token '<'")
  })

  it.each([null, Buffer.alloc(0)])('refuses a submission with nothing to judge (%s)', (content) => {
    const problem = problemOf(content)
    expect(problem?.code).toBe('invalid_request')
    expect(problem?.errors[0]?.field).toBe('content')
  })

  it('asks for no JSON where no step does', () => {
    expect(() => checkSubmission([], documentSubmission(Buffer.from('<order/>')))).not.toThrow()
  })
})
