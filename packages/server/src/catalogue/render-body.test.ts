import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from './event-types.ts'
import { renderBody } from './render-body.ts'

// The examples of both webhook pages, as they stand there. Compared as text, so that the order of keys counts too.

const RUN_COMPLETED = `{
  "event": "run.completed",
  "timestamp": "2024-01-15T14:30:00Z",
  "organization": { "slug": "my-org", "name": "My Organization" },
  "workflow": { "id": 42, "slug": "product-validation", "name": "Product Validation" },
  "run": {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "status": "SUCCEEDED",
    "result": "PASS",
    "started_at": "2024-01-15T14:29:55Z",
    "ended_at": "2024-01-15T14:30:00Z",
    "duration_ms": 5000,
    "url": "https://your-validibot.com/orgs/my-org/runs/550e8400-e29b-41d4-a716-446655440000/"
  },
  "summary": { "total_findings": 3, "error_count": 0, "warning_count": 2, "info_count": 1 }
}`

const VALIDATION_FAILED = `{
  "event": "validation.failed",
  "timestamp": "2025-03-22T14:30:00Z",
  "data": {
    "validation_id": "val_12345",
    "url": "https://example.com/page",
    "project_id": "proj_abc123",
    "status": "invalid",
    "schema_type": "Article",
    "errors": [{ "property": "headline", "message": "Property is required" }]
  }
}`

const SCORE_DROPPED = `{
  "event": "score.dropped",
  "timestamp": "2025-03-22T14:30:00Z",
  "data": {
    "project_id": "proj_abc123",
    "previous_score": 88,
    "current_score": 72,
    "change": -16,
    "url": "https://example.com/updated-page"
  }
}`

function parse(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>
}

/** The example without its line breaks, in its own order. */
function compact(json: string): string {
  return JSON.stringify(parse(json))
}

describe('renderBody', () => {
  it("renders Validibot's run.completed key for key", () => {
    const { organization, workflow, run, summary } = parse(RUN_COMPLETED)
    const content = { organization, workflow, run, summary }
    const body = renderBody('run.completed', Date.parse('2024-01-15T14:30:00Z'), content)
    expect(body.toString()).toBe(compact(RUN_COMPLETED))
  })

  it.each([
    ['validation.failed', VALIDATION_FAILED],
    ['score.dropped', SCORE_DROPPED],
  ])("renders ValidGraph's %s key for key", (type, example) => {
    const content = parse(example)['data'] as Record<string, unknown>
    const body = renderBody(type, Date.parse('2025-03-22T14:30:00Z'), content)
    expect(body.toString()).toBe(compact(example))
  })

  it.each([
    ['run.completed', RUN_COMPLETED],
    ['validation.failed', VALIDATION_FAILED],
    ['score.dropped', SCORE_DROPPED],
  ])('has exactly the documented example of %s in the catalogue', (type, example) => {
    const line = EVENT_TYPES.find((candidate) => candidate.type === type)
    expect(JSON.stringify(line?.example)).toBe(compact(example))
  })

  it('renders a test in the form of ValidGraph, and anything else of ours by Standard Webhooks', () => {
    const content = { a: 1 }
    expect(renderBody('webhook.test', 0, content).toString()).toBe(
      '{"event":"webhook.test","timestamp":"1970-01-01T00:00:00Z","data":{"a":1}}',
    )
    expect(renderBody('webhook.failing', 0, content).toString()).toBe(
      '{"type":"webhook.failing","timestamp":"1970-01-01T00:00:00Z","data":{"a":1}}',
    )
    expect(renderBody('order.shipped', 1, content).toString()).toBe(
      '{"type":"order.shipped","timestamp":"1970-01-01T00:00:00.001Z","data":{"a":1}}',
    )
  })

  it('writes text outside ASCII as UTF-8', () => {
    const body = renderBody('order.shipped', 0, { name: 'Zoë 🚚' })
    expect(JSON.parse(body.toString('utf8')).data.name).toBe('Zoë 🚚')
    expect(body.includes(Buffer.from('Zoë 🚚', 'utf8'))).toBe(true)
  })
})
