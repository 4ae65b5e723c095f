import { expect, test } from 'vitest'
import { createLoggerOn } from './logger.ts'
import { logAttempt, logChange, logEventAccepted, logRun } from './wide-lines.ts'

function record(): {
  lines: Record<string, unknown>[]
  text: () => string
  logger: ReturnType<typeof createLoggerOn>
} {
  const written: string[] = []
  const lines: Record<string, unknown>[] = []
  const stream = {
    write(line: string): void {
      written.push(line)
      lines.push(JSON.parse(line) as Record<string, unknown>)
    },
  }
  return { lines, text: () => written.join(''), logger: createLoggerOn('info', stream) }
}

test('a line has its level as a word and an ISO time, and nothing about the process', () => {
  const { lines, logger } = record()
  logger.info('hello')
  logger.debug('too quiet')
  expect(lines).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string, msg: 'hello' },
  ])
})

const KEY = 'sk_live_' + 'k'.repeat(38)
const SECRET = 'whsec_' + Buffer.alloc(32, 3).toString('base64')
const HEX = 'sha256=' + 'ab'.repeat(32)
const V1 = 'v1,' + Buffer.alloc(32, 5).toString('base64')

test('secrets, keys and signatures do not pass, wherever in a line they stand', () => {
  const { text, logger, lines } = record()
  logger.info({
    secret: 'plain text secret',
    nested: [{ headers: { authorization: 'Bearer abc', cookie: ['a=b', 'c"]d'] } }],
  })
  logger.info(
    { deep: { deep: { deep: { sealedSecret: 'v1.sealed', other: 'kept' } } } },
    `made ${KEY} and ${SECRET}`,
  )
  logger
    .child({ apiKey: 'child key' })
    .error({ err: new Error(`bad header ${HEX}`) }, `signature ${V1} is wrong`)
  logger.info({ quoted: 'a \\"secret\\":\\"x\\" in text', password: 'with \\" quotes" inside' }, 'still JSON')
  for (const secret of [
    'plain text secret',
    'Bearer abc',
    'a=b',
    'd"]',
    'v1.sealed',
    KEY,
    SECRET,
    HEX,
    V1,
    'child key',
    'quotes',
  ]) {
    expect(text()).not.toContain(secret)
  }
  expect(text()).toContain('kept')
  expect(lines).toHaveLength(4)
})

test('the names that people search logs by', () => {
  const { lines, logger } = record()
  logEventAccepted(logger, {
    eventId: 'evt_1',
    type: 'run.completed',
    organizationId: 1,
    workflowId: 2,
    runId: 'run',
    deliveries: 3,
    bytes: 700,
  })
  logAttempt(logger, {
    deliveryId: 'dlv_1',
    eventId: 'evt_1',
    eventType: 'run.completed',
    webhookId: 'webhook_1',
    organizationId: 1,
    number: 2,
    kind: 'auto',
    outcome: 'failed',
    statusCode: 503,
    durationMs: 12,
    sends: 1,
    errorCode: 'http_server_error',
    url: 'https://hooks.example.com/in?token=0123456789',
    error: 'It answered 503.',
    repeated: 0,
    state: 'pending',
    nextAttemptAt: Date.UTC(2026, 0, 1),
    webhookStatus: 'active',
    webhookHealth: 'healthy',
  })
  logChange(logger, {
    operation: 'rotateSecret',
    organizationId: 1,
    keyId: 'key_1',
    target: 'webhook_1',
    requestId: 'request',
  })
  logRun(logger, {
    runId: 'run',
    organizationId: 1,
    workflowId: 2,
    source: 'builtin',
    status: 'FAILED',
    result: 'FAIL',
    counts: { error: 1, warning: 2, info: 3 },
    durationMs: 4,
    errorCategory: null,
    bytes: 5,
  })
  expect(lines.map(({ time, ...line }) => (expect(time).toBeTypeOf('string'), line))).toEqual([
    {
      level: 'info',
      line: 'event',
      event_id: 'evt_1',
      event_type: 'run.completed',
      organization_id: 1,
      workflow_id: 2,
      run_id: 'run',
      deliveries: 3,
      bytes: 700,
      msg: 'event accepted',
    },
    {
      level: 'warn',
      line: 'attempt',
      delivery_id: 'dlv_1',
      event_id: 'evt_1',
      event_type: 'run.completed',
      webhook_id: 'webhook_1',
      organization_id: 1,
      url: 'https://hooks.example.com/in?token=…',
      attempt: 2,
      kind: 'auto',
      outcome: 'failed',
      status_code: 503,
      duration_ms: 12,
      sends: 1,
      error_code: 'http_server_error',
      error: 'It answered 503.',
      state: 'pending',
      next_attempt_at: '2026-01-01T00:00:00Z',
      webhook_status: 'active',
      webhook_health: 'healthy',
      msg: 'attempt failed',
    },
    {
      level: 'info',
      line: 'change',
      operation: 'rotateSecret',
      organization_id: 1,
      key_id: 'key_1',
      target: 'webhook_1',
      request_id: 'request',
      msg: 'changed by request',
    },
    {
      level: 'info',
      line: 'run',
      run_id: 'run',
      organization_id: 1,
      workflow_id: 2,
      source: 'builtin',
      status: 'FAILED',
      result: 'FAIL',
      errors: 1,
      warnings: 2,
      infos: 3,
      duration_ms: 4,
      error_category: null,
      bytes: 5,
      msg: 'run ended',
    },
  ])
})

test('levels say who should look: a delivered attempt and a passed run are news, a broken validator is a warning', () => {
  const { lines, logger } = record()
  const run = {
    runId: 'run',
    organizationId: 1,
    workflowId: 2,
    source: 'builtin',
    counts: { error: 0, warning: 0, info: 0 },
    durationMs: 4,
    bytes: 5,
  } as const
  logRun(logger, { ...run, status: 'SUCCEEDED', result: 'PASS', errorCategory: null })
  logRun(logger, { ...run, status: 'FAILED', result: 'ERROR', errorCategory: 'OOM' })
  expect(lines.map(({ level }) => level)).toEqual(['info', 'warn'])
})

test('neither a Slack URL nor a login at a mail server is written, wherever it stands', () => {
  const lines: string[] = []
  const logger = createLoggerOn('info', { write: (line: string) => void lines.push(line) })
  logger.info(
    { doing: 'x' },
    'no https://hooks.slack.com/services/T0/B0/a-secret and smtp://user:pass@mail.example.com',
  )
  expect(lines.join('')).not.toMatch(/a-secret|user|pass/)
  expect(lines.join('')).toContain('mail.example.com')
})

test('URLs are written without the credentials in them, also as an error quotes them', () => {
  const lines: string[] = []
  const logger = createLoggerOn('info', { write: (line: string) => void lines.push(line) })
  const error = new Error('no way to https://u:hunter2@a.example/?x="1"&api_key=hunter2')
  logger.error({ err: error, url: 'https://b.example/hooks/hunter2hunter2?token=hunter2&page=3' }, 'failed')
  expect(lines.join('')).not.toContain('hunter2')
  expect(JSON.parse(lines.join(''))).toMatchObject({ url: 'https://b.example/hooks/…?token=…&page=3' })
})
