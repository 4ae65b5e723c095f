import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  jsonAnswer,
  problemAnswer,
  startScripted,
  type Answer,
  type Scripted,
} from '../../../test/support/scripted-api.ts'
import { LIMITS } from '../../core/limits.ts'
import { systemRandom } from '../../core/random.ts'
import type { Entry } from '../report/report.ts'
import { judgeAll } from './judge-all.ts'
import { targetOf } from './target.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-judge-'))
})
const started: Scripted[] = []
afterEach(async () => {
  for (const one of started.splice(0)) await one.close()
  rmSync(directory, { recursive: true, force: true })
})

const ID = '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b'
const run = (status: string, result: string): object => ({
  id: ID,
  status,
  result,
  workflow: { slug: 'product', name: 'Product' },
  subject: null,
  submission: { filename: null, url: null },
  started_at: null,
  duration_ms: null,
  summary: { error_count: 0, warning_count: 0, info_count: 0 },
  score: null,
  error_category: null,
  url: 'https://sealpost.example.com/',
  findings: [],
})
const pass = jsonAnswer(200, run('SUCCEEDED', 'PASS'))
const running = jsonAnswer(202, run('RUNNING', 'UNKNOWN'))

async function judged(
  answers: Answer[],
  names: readonly string[],
  timeoutMs?: number,
  input: Readable = Readable.from([]),
) {
  const scripted = await startScripted(answers, timeoutMs)
  started.push(scripted)
  const targets = names.map((name) => targetOf(name, { contentType: null, subject: null }, directory))
  const entries = await judgeAll(scripted.client, targets, {
    workflow: 'product',
    metadata: {},
    subject: null,
    failOn: 'error',
    isWaiting: true,
    standardInput: input,
    random: systemRandom,
    note: (line) => void scripted.notes.push(line),
  })
  return { entries, outcomes: entries.map(({ outcome }: Entry) => outcome), ...scripted }
}

function files(count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => join(directory, `${index}.json`))
  for (const path of paths) writeFileSync(path, '{}')
  return paths
}

test('entries are in the order of the documents, each with a key of its own', async () => {
  const paths = files(20)
  const { entries, requests } = await judged([pass], paths)
  expect(entries.map(({ name }) => name)).toEqual(paths)
  expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(20)
})

test('what would be refused for every document is not tried with all of them', async () => {
  const { outcomes, requests } = await judged([problemAnswer(401, 'unauthorized')], files(50))
  expect(new Set(outcomes)).toEqual(new Set(['ERROR']))
  expect(requests.length).toBeLessThanOrEqual(LIMITS.clientDocumentsAtOnceMax)
})

test('what is wrong with one document concerns no other', async () => {
  const paths = files(3)
  writeFileSync(paths[1] ?? '', '')
  const { outcomes, entries } = await judged([pass], [...paths, join(directory, 'gone.json')])
  expect(outcomes).toEqual(['PASS', 'ERROR', 'PASS', 'ERROR'])
  expect(entries[1]?.message).toContain('is empty')
  expect(entries[3]?.message).toContain('ENOENT')
})

describe('a run that has not ended', () => {
  test('is asked for until it has, and no oftener than once a second', async () => {
    const { outcomes, requests, waits, notes } = await judged([running, running, running, pass], files(1))
    expect(outcomes).toEqual(['PASS'])
    expect(requests.map(({ method, url }) => `${method} ${url?.split('?')[0]}`).slice(1)).toEqual(
      Array.from({ length: 3 }, () => `GET /api/v1/orgs/default/runs/${ID}/`),
    )
    expect(waits).toEqual([LIMITS.clientPollMsMin, LIMITS.clientPollMsMin])
    expect(notes[0]).toContain(`run ${ID} is RUNNING`)
  })

  test('is left when the time is over', async () => {
    const { entries } = await judged([running], files(1), 5_000)
    expect(entries).toMatchObject([{ outcome: 'UNFINISHED', runId: ID, message: null }])
  })

  test('is named when it cannot be asked for any more', async () => {
    const { entries } = await judged([running, problemAnswer(500, 'internal_error')], files(1))
    expect(entries).toMatchObject([{ outcome: 'ERROR', runId: ID }])
    expect(entries[0]?.message).toContain('internal_error')
  })

  test('is not named when the server knows of no such run', async () => {
    const { entries } = await judged([running, problemAnswer(404, 'not_found')], files(1))
    expect(entries).toMatchObject([{ outcome: 'ERROR', runId: null }])
  })

  test('is named when the user stops', async () => {
    const stop: Answer = () => started[0]?.stop.abort()
    const { entries } = await judged([running, stop], files(1))
    expect(entries).toMatchObject([{ outcome: 'INTERRUPTED', runId: ID }])
  })
})

test('an answer that is no run is told as that, whatever it is', async () => {
  const injected = { ...run('SUCCEEDED', 'PASS'), id: `${ID}\nresult=PASS` }
  for (const answer of [{}, [], null, 7, injected]) {
    const { entries } = await judged([jsonAnswer(200, answer)], files(1))
    expect(entries[0]?.message).toContain('does not come from a Sealpost server')
    await started.pop()?.close()
  }
})

test('standard input without end is read no further than any server would', async () => {
  let given = 0
  const chunk = Buffer.alloc(4 * 1024 * 1024)
  const endless = new Readable({
    read() {
      given += chunk.length
      this.push(chunk)
    },
  })
  const { entries } = await judged([pass], ['-'], undefined, endless)
  expect(entries[0]?.message).toContain('larger than')
  expect(given).toBeLessThan(2 * LIMITS.clientDocumentBytesMax)
})
