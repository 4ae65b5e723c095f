import { z } from 'zod'
import { PROBLEMS, type Problem, type ProblemCode } from '../../core/errors.ts'

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8'

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]

/** RFC 9457 problem details that also carry Validibot's `detail`, `code`, `status` and `errors`. */
export const problemSchema = z
  .object({
    type: z
      .string()
      .describe('The address of the page that explains this code. It is stable, so programs can compare it.'),
    title: z.string().describe('What this code means: always the same text for the same code.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What was wrong with this request, in a sentence for people.'),
    code: z.enum(CODES).describe('The stable code that programs should check.'),
    errors: z
      .array(
        z.object({
          field: z.string().describe('Where the error is, e.g. `events[1]`, `body`, `cursor` or a header.'),
          message: z.string(),
        }),
      )
      .describe('One entry for each field to correct. Empty when the problem is not in a field.'),
    request_id: z
      .string()
      .describe('Give this id to the operator when you ask about the problem. The server log has it too.'),
  })
  .meta({ id: 'Problem' })

type ProblemBody = z.infer<typeof problemSchema>

/** The address of a code's explanation: a page that the server itself serves. */
function problemType(baseUrl: string, code: ProblemCode): string {
  return `${baseUrl}/docs/errors#${code}`
}

export function problemBody(problem: Problem, baseUrl: string, requestId: string): ProblemBody {
  return {
    type: problemType(baseUrl, problem.code),
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    errors: problem.errors.map(({ field, message }) => ({ field, message })),
    request_id: requestId,
  }
}
