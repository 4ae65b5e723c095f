import { fieldProblem } from '../core/errors.ts'
import type { Submission } from '../core/run.ts'
import { isAction, type Step } from '../core/workflow.ts'
import { parseJson } from './json-document.ts'
import { findValidator } from './validators/index.ts'
import type { Validator } from './validators/validator.ts'
import { isYaml } from './yaml-document.ts'

/** Whether a URL may be submitted in place of a document: the first step judges pages. */
export function judgesPages(steps: readonly Step[]): boolean {
  return firstValidator(steps)?.judgesPages === true
}

/**
 * Looks at a submission before a run is made of it, so that a caller's slip is told at once and not as a failed run.
 * Throws `Problem` on field `content`, or `url` where that stands for it: `invalid_request` when there is nothing to judge,
 * `document_not_json` when the first step needs JSON and gets something else (YAML is taken for JSON).
 */
export function checkSubmission(
  steps: readonly Step[],
  { content, contentType, url }: Pick<Submission, 'content' | 'contentType' | 'url'>,
): void {
  if (content === null) {
    if (url === null) throw fieldProblem('invalid_request', 'content', 'a document is needed')
    if (judgesPages(steps)) return
    throw fieldProblem(
      'invalid_request',
      'url',
      'Only a workflow whose first step judges pages fetches one; this one needs `content`.',
    )
  }
  if (content.length === 0) throw fieldProblem('invalid_request', 'content', 'the document is empty')
  if (firstValidator(steps)?.needsJson !== true) return
  // Reading YAML may take long: that is for a worker, which makes a finding of what it cannot read.
  if (isYaml(contentType)) return
  const parsed = parseJson(content)
  if ('refused' in parsed) {
    throw fieldProblem('document_not_json', 'content', `the document is not JSON. ${parsed.refused}`)
  }
}

function firstValidator(steps: readonly Step[]): Validator | undefined {
  const first = steps.find(({ type }) => !isAction(type))
  return first === undefined ? undefined : findValidator(first.type)
}
