import { describe, expect, it } from 'vitest'
import { answerLost, createRunWorld, DOCUMENT, type RunWorldOptions } from '../../test/support/run-world.ts'
import { LIMITS } from '../core/limits.ts'
import { isEnded, pageSubmission } from '../core/run.ts'

const TOLD_ONCE = ['run.completed', 'run.succeeded', 'validation.completed']
const CANCELLED_ONCE = ['run.completed', 'run.failed', 'validation.completed']

async function world(options?: RunWorldOptions) {
  const made = await createRunWorld(options)
  const acme = await made.tenant('acme')
  const runs = made.make()
  const submit = (submission = DOCUMENT, { organization, workflow } = acme) =>
    runs.submit({ organization, workflow, submission, waitMs: 0, idempotency: null })
  return { ...made, acme, runs, submit }
}

/** Of all that are held, what one organization may have while it is alone. */
const PAGES_OF_ONE = 12

describe('the end of a run', () => {
  it('is told once, though the store’s answer was lost after it had done the work', async () => {
    const { clock, onCommit, submit, eventTypes, failures } = await world()
    let losses = 2
    onCommit(({ events }) => {
      if (events.length > 0 && losses-- > 0) throw answerLost()
    })
    const { run } = await submit()
    await clock.advance(60_000)
    expect(await eventTypes(run)).toEqual(TOLD_ONCE)
    expect(failures).toHaveLength(2)
  })

  it('stays as it was first stored', async () => {
    const { clock, onCommit, submit, runs, acme } = await world()
    onCommit(({ events }) => {
      if (events.length > 0) throw answerLost()
    })
    const { run } = await submit()
    await clock.settle()
    const first = await runs.wait(acme.organization.id, run.id, 0)
    onCommit(() => undefined)
    await clock.advance(60_000)
    expect(first?.result).toBe('PASS')
    expect(await runs.wait(acme.organization.id, run.id, 0)).toEqual(first)
  })
})

describe('a run that a stopped server left behind', () => {
  it('ends once when two cancel it at the same moment', async () => {
    const { leaveBehind, runs, acme, eventTypes } = await world()
    const run = await leaveBehind(acme.workflow)
    const cancel = () => runs.cancel(acme.organization.id, run.id)
    const ended = await Promise.all([cancel(), cancel()])
    expect(ended.map((one) => one?.result)).toEqual(['CANCELED', 'CANCELED'])
    expect(await eventTypes(run)).toEqual(CANCELLED_ONCE)
  })

  it('ends once when it is cancelled while it is taken up', async () => {
    const { leaveBehind, runs, acme, eventTypes, clock } = await world({
      judge: () => new Promise(() => undefined),
    })
    const left = [await leaveBehind(acme.workflow), await leaveBehind(acme.workflow)]
    const [first, second] = left
    const taken = runs.resume()
    await Promise.all(left.map(({ id }) => runs.cancel(acme.organization.id, id)))
    expect(await taken).toBe(2)
    await clock.settle()
    for (const run of [first, second]) expect(await eventTypes(run!)).toEqual(CANCELLED_ONCE)
  })
})

describe('a page that is fetched', () => {
  it('is let go of when its run is cancelled, and its place is free at once', async () => {
    const { clock, submit, runs, acme, pages } = await world()
    const started = []
    for (let index = 0; index <= PAGES_OF_ONE; index += 1) {
      started.push(await submit(pageSubmission(`https://example.com/${index}`)))
    }
    await clock.settle()
    expect(pages).toHaveLength(PAGES_OF_ONE)
    const [first] = started
    await runs.cancel(acme.organization.id, first!.run.id)
    expect(pages[0]?.signal.aborted).toBe(true)
    await clock.settle()
    expect(pages).toHaveLength(PAGES_OF_ONE + 1)
  })

  it('leaves places for other organizations, and takes turns with them', async () => {
    const { clock, submit, tenant, pages } = await world()
    const other = await tenant('other')
    for (let index = 0; index < 500; index += 1) await submit(pageSubmission(`https://slow.example/${index}`))
    await clock.settle()
    const wanted = Array.from({ length: 10 }, (_, index) => `https://other.example/${index}`)
    for (const url of wanted) await submit(pageSubmission(url), other)
    await clock.settle()
    const others = () => pages.filter(({ url }) => url.includes('other')).length
    const before = others()
    expect(before).toBeGreaterThan(1)
    // The last place is for whoever has none.
    await submit(pageSubmission('https://third.example/'), await tenant('third'))
    await clock.settle()
    expect(pages.filter(({ url }) => url.includes('third'))).toHaveLength(1)
    // What the first gives up goes to who has less.
    for (let ended = 0; ended < 4; ended += 1) {
      pages[ended]?.answer({ ok: false, code: 'timeout', message: '' })
      await clock.settle()
    }
    expect(others()).toBeGreaterThan(before)
  })

  it('is not in the way of others once it waits no more', async () => {
    const { clock, submit, runs, acme, tenant, pages, store } = await world()
    const other = await tenant('other')
    for (let index = 0; index < LIMITS.pagesHeldMax; index += 1) {
      await submit(pageSubmission('https://slow.example/'), index % 2 === 0 ? acme : other)
    }
    // Each waits for a place, and is cancelled.
    for (let index = 0; index < LIMITS.runQueueMax; index += 1) {
      const { run } = await submit(pageSubmission('https://slow.example/'))
      await runs.cancel(acme.organization.id, run.id)
    }
    const { run } = await submit(pageSubmission('https://example.com/'), other)
    await clock.settle()
    expect((await store.runs.get(other.organization.id, run.id))?.endedAt).toBeNull()
    for (let held = 0; held < pages.length; held += 1) {
      pages[held]?.answer({ ok: true, url: pages[held]?.url ?? '', contentType: null, content: Buffer.of() })
      await clock.settle()
    }
    expect((await store.runs.get(other.organization.id, run.id))?.result).toBe('PASS')
  })
})

describe('the run queue', () => {
  it('keeps room for others, however much one organization hands in', async () => {
    const { submit, tenant } = await world({ judge: () => new Promise(() => undefined) })
    const other = await tenant('other')
    let accepted = 0
    const fill = async (): Promise<never> => {
      for (;;) {
        await submit()
        accepted += 1
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: 'rate_limited' })
    expect(accepted).toBe(800)
    expect(isEnded((await submit(DOCUMENT, other)).run)).toBe(false)
  })
})

describe('stopping', () => {
  it('leaves what is fetched, and what waits, to the next start', async () => {
    const { clock, submit, runs, pages, store } = await world()
    for (let index = 0; index < 2 * LIMITS.pagesHeldMax; index += 1) {
      await submit(pageSubmission('https://example.com/'))
    }
    await clock.settle()
    runs.stop()
    for (const page of [...pages]) page.answer({ ok: false, code: 'server_stopping', message: '' })
    await clock.advance(60_000)
    expect(pages).toHaveLength(PAGES_OF_ONE)
    expect(await store.runs.unfinished(100)).toHaveLength(2 * LIMITS.pagesHeldMax)
  })
})
