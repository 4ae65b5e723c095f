/** One thing wrong with one field of the input; `field` is a path such as `events[1]` or `steps[0].config.schema`. */
export interface FieldError {
  field: string
  message: string
}

export type ProblemCode = keyof typeof PROBLEMS

/** Every refusal the API can give: its status and title. The reference page is generated from this table. */
export const PROBLEMS = {
  invalid_request: { status: 422, title: 'The request has a field that cannot be used' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_request: { status: 400, title: 'The request cannot be read as HTTP' },
  malformed_body: { status: 400, title: 'The body is not in the format that its headers name' },
  document_not_json: { status: 422, title: 'The document is not JSON' },
  schema_not_compiled: { status: 422, title: 'The schema does not compile' },
  data_not_valid: { status: 422, title: 'The data does not satisfy the schema of its event type' },
  built_in_event_type: { status: 422, title: 'Only the server makes events of this type' },
  filter_not_usable: { status: 422, title: 'The filter cannot be used' },
  unknown_event_type: { status: 422, title: 'No such event type' },
  url_not_allowed: { status: 422, title: 'The URL is not allowed' },
  unauthorized: { status: 401, title: 'No valid API key' },
  insufficient_scope: { status: 403, title: 'The API key lacks a scope' },
  tier_required: { status: 403, title: 'Not part of this tier' },
  not_found: { status: 404, title: 'Nothing has that id' },
  unknown_route: { status: 404, title: 'There is no such route' },
  method_not_allowed: { status: 405, title: 'This method is not offered here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  already_exists: { status: 409, title: 'It exists already' },
  idempotency_conflict: { status: 409, title: 'This Idempotency-Key was used for another request' },
  webhook_stopped: { status: 409, title: 'The webhook is stopped' },
  delivery_in_flight: { status: 409, title: 'An attempt is under way' },
  delivery_blocked: { status: 409, title: 'An earlier delivery goes first' },
  nothing_to_rerun: { status: 409, title: 'The document of this run is not kept here' },
  run_ended: { status: 409, title: 'The run has ended' },
  run_in_progress: { status: 409, title: 'A run is under way' },
  in_use: { status: 409, title: 'Something still depends on it' },
  not_for_channels: { status: 409, title: 'Channels cannot do this' },
  request_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This content type cannot be read' },
  rate_limited: { status: 429, title: 'Too many requests' },
  header_too_large: { status: 431, title: 'The header is too large' },
  internal_error: { status: 500, title: 'The server failed' },
  overloaded: { status: 503, title: 'The server has more work than it can queue' },
  shutting_down: { status: 503, title: 'The server is stopping' },
  store_unavailable: { status: 503, title: 'The store cannot be written now' },
  store_full: { status: 507, title: 'The disk is full' },
} as const satisfies Record<string, { status: number; title: string }>

/** A refusal with everything a caller needs to mend the request. Thrown by any stage, rendered by the API. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly errors: readonly FieldError[]

  constructor(code: ProblemCode, detail: string, errors: readonly FieldError[] = [], options?: ErrorOptions) {
    super(detail, options)
    this.code = code
    this.errors = errors
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }
}

/** The usual refusal: one field, one message. */
export function fieldProblem(code: ProblemCode, field: string, message: string): Problem {
  return new Problem(code, `${field}: ${message}`, [{ field, message }])
}

/** Work that a stopping server no longer begins. */
export function shuttingDown(): Problem {
  return new Problem('shutting_down', 'The server is stopping. Send it again in a moment.')
}

/** An Idempotency-Key was used before, for something else. */
export function idempotencyConflict(): Problem {
  return fieldProblem(
    'idempotency_conflict',
    'Idempotency-Key',
    'This key was used within the last 24 hours for a request that differs from this one.',
  )
}
