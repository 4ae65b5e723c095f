import { systemClock } from '../../packages/server/dist/core/clock.js'
import { documentSubmission, type Submission } from '../../packages/server/dist/core/run.js'
import type { Step } from '../../packages/server/dist/core/workflow.js'
import { createValidatorPool, type ValidatorPool } from '../../packages/server/dist/validate/pool.js'
import type { Bench, Section } from '../bench.ts'
import { inRounds } from '../measure/rounds.ts'
import type { Row, Unit } from '../report/result.ts'
import { largePage, smallPage } from '../load/pages.ts'

const DOCUMENTS_ASKED = 5_000
const SMALL_PAGES_ASKED = 300
const LARGE_PAGES_ASKED = 60
/** Runs handed to the pool before the first of them has ended. */
const AT_ONCE = 64
const TIMEOUT_MS = 10_000
const MEMORY_MB = 256

interface Job {
  what: string
  unit: Unit
  asked: number
  threads: number
  step: Step
  submission: Submission
  /** Whether the document is given a score. */
  isScored: boolean
}

/** What judging costs, apart from taking a run in and telling of it. */
export const validators: Section = {
  name: 'validators',
  title: 'Validators, through the pool with its processes and limits',
  seconds: ({ rounds, loadSeconds, warmUpSeconds }) => rounds * 3 * (loadSeconds + warmUpSeconds),
  async run(bench) {
    const rows: Row[] = []
    for (const job of jobs()) rows.push(await measure(bench, job))
    return rows
  },
}

function jobs(): Job[] {
  const schema = {
    type: 'object',
    required: ['sku', 'price'],
    properties: { sku: { type: 'string' }, price: { type: 'number', minimum: 0 } },
  }
  const order = JSON.stringify({ sku: 'A-1', price: 12.5, note: 'x'.repeat(600) })
  const jsonSchema = stepOf('json-schema', { schema })
  const structuredData = stepOf('structured-data', {})
  const page = (html: string): Submission => documentSubmission(Buffer.from(html), 'text/html; charset=utf-8')
  return [
    {
      what: 'json-schema: documents of 650 bytes, two worker threads',
      unit: 'documents/s',
      asked: DOCUMENTS_ASKED,
      threads: 2,
      step: jsonSchema,
      submission: documentSubmission(Buffer.from(order), 'application/json'),
      isScored: false,
    },
    {
      what: 'structured-data: pages of 2 KB, one worker thread',
      unit: 'pages/s',
      asked: SMALL_PAGES_ASKED,
      threads: 1,
      step: structuredData,
      submission: page(smallPage()),
      isScored: true,
    },
    {
      what: 'structured-data: pages of 60 KB, one worker thread',
      unit: 'pages/s',
      asked: LARGE_PAGES_ASKED,
      threads: 1,
      step: structuredData,
      submission: page(largePage()),
      isScored: true,
    },
  ]
}

function stepOf(type: string, config: Record<string, unknown>): Step {
  return { type, name: type, failureMode: 'blocking', config }
}

async function measure(bench: Bench, job: Job): Promise<Row> {
  const { threads, what, unit, asked } = job
  const pool = createValidatorPool({
    threads,
    timeoutMs: TIMEOUT_MS,
    memoryMb: MEMORY_MB,
    clock: systemClock,
  })
  try {
    await drive(bench, pool, job, bench.scale.warmUpSeconds)
    const rounds = await inRounds(bench, (say) => {
      say(what)
      return drive(bench, pool, job, bench.scale.loadSeconds)
    })
    return { what, unit, rounds, asked: { atLeast: asked } }
  } finally {
    await pool.close()
  }
}

/** As many as the pool takes in so many seconds; answers the rate. */
async function drive({ checks }: Bench, pool: ValidatorPool, job: Job, seconds: number): Promise<number> {
  const { what, step, submission, isScored } = job
  const startedAt = performance.now()
  const end = startedAt + seconds * 1_000
  let judged = 0
  async function one(): Promise<void> {
    do {
      const verdict = await pool.judge({ organizationId: 1, steps: [step], purpose: 'run' }, submission)
      judged += 1
      if (verdict.result === 'PASS' && (verdict.score !== null) === isScored) continue
      checks.fault(what, `the verdict was ${verdict.result}, score ${String(verdict.score)}`)
      break
    } while (performance.now() < end)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return judged / ((performance.now() - startedAt) / 1_000)
}
