import { systemClock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { exchange, type RemoteRequest } from '../remote/exchange.ts'

/** The public HTTP API as any program would use it. Paths begin with `/api/v1`. */
export interface ApiClient {
  get<Answer>(path: string): Promise<Answer>
  post<Answer>(path: string, body: unknown): Promise<Answer>
  /** A document as it is, under its file name. */
  upload<Answer>(path: string, fileName: string, content: Buffer): Promise<Answer>
}

/** Answers that the demo reads; the OpenAPI document has the whole of them. */
export interface OrganizationAnswer {
  slug: string
  api_key: string
}

export interface WebhookAnswer {
  id: string
  secret: string
}

export interface RunAnswer {
  id: string
  status: string
  result: string
  duration_ms: number | null
  findings: {
    severity: string
    message: string
    path: string
    property: string | null
    schema_type: string | null
  }[]
}

export interface DeliveryAnswer {
  id: string
  event_id: string
  event_type: string
  webhook_id: string
  state: string
  attempt_count: number
}

export interface DeliveryDetailAnswer extends DeliveryAnswer {
  attempts: {
    number: number
    duration_ms: number | null
    status_code: number | null
    outcome: string
    error: { code: string; message: string } | null
  }[]
}

export interface ListAnswer<Row> {
  data: Row[]
}

/** Its requests are made once: setting up twice would be another demo. Methods reject with RemoteError. */
export function createApiClient(server: string, apiKey: string): ApiClient {
  const context = { stop: new AbortController().signal, nowMs: () => systemClock.now() }

  async function call<Answer>(request: Omit<RemoteRequest, 'timeoutMs'>): Promise<Answer> {
    const timed = { ...request, timeoutMs: LIMITS.clientAnswerMsMax }
    return (await exchange({ server, apiKey }, timed, context)) as Answer
  }

  const json = { 'content-type': 'application/json' }
  return {
    get: (path) => call({ method: 'GET', path }),
    post: (path, body) => call({ method: 'POST', path, body: JSON.stringify(body), headers: json }),
    upload: (path, fileName, content) =>
      call({
        method: 'POST',
        path,
        body: new Uint8Array(content),
        headers: { 'content-type': 'application/octet-stream', 'x-filename': fileName },
      }),
  }
}
