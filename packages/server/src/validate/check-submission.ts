import { fieldProblem } from '../core/errors.ts'
import type { Submission } from '../core/run.ts'
import type { Step } from '../core/workflow.ts'
import { parseJson } from './json-document.ts'
import { findValidator } from './validators/index.ts'

/**
 * Looks at a submission before a run is made of it, so that a caller's slip is told at once and not as a failed run.
 * Throws `Problem` on field `content`: `invalid_request` when there is nothing to judge, `document_not_json` when the
 * first step needs JSON and gets something else.
 */
export function checkSubmission(steps: readonly Step[], { content }: Pick<Submission, 'content'>): void {
  if (content === null) throw fieldProblem('invalid_request', 'content', 'a document is needed')
  if (content.length === 0) throw fieldProblem('invalid_request', 'content', 'the document is empty')
  const first = steps[0]
  if (first === undefined || findValidator(first.type)?.needsJson !== true) return
  const parsed = parseJson(content)
  if ('refused' in parsed) {
    throw fieldProblem('document_not_json', 'content', `the document is not JSON. ${parsed.refused}`)
  }
}
