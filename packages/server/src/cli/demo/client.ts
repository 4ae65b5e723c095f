import { CommandError } from '../exit.ts'

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
  findings: { severity: string; message: string; path: string }[]
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

const ANSWER_MS_MAX = 30_000

export function createApiClient(baseUrl: string, key: string): ApiClient {
  async function call<Answer>(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${baseUrl}${path}`, {
      ...init,
      method,
      headers: { 'x-api-key': key, ...(init.headers as Record<string, string>) },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    const text = await response.text()
    if (!response.ok) throw new CommandError(`${method} ${path} was answered ${response.status}: ${text}`)
    return JSON.parse(text) as Answer
  }
  const json = { 'content-type': 'application/json' }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, { body: JSON.stringify(body), headers: json }),
    upload: (path, fileName, content) =>
      call('POST', path, {
        body: new Uint8Array(content),
        headers: { 'content-type': 'application/octet-stream', 'x-filename': fileName },
      }),
  }
}
