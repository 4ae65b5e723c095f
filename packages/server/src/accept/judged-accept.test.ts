import { describe, expect, it } from 'vitest'
import { sampleEvent } from '../../test/support/samples.ts'
import { FilterUnjudged, type AcceptUnit } from '../store/work.ts'
import { createJudgedAccept } from './judged-accept.ts'

const PASSES = 'score < 50'
const FAILS = 'score > 50'

const noHearers = async () => ({ webhooks: [], next: null, version: 0 })

/** Accepts as a store does whose webhooks have `filters`: a unit that was not held against each is refused. */
function acceptOver(filters: string[]) {
  const handedIn: AcceptUnit[] = []
  const judged: string[] = []
  const accept = createJudgedAccept({
    store: { webhooks: { filters: async () => [...filters], hearers: noHearers } },
    turn: async () => undefined,
    judgeFilters: async (event, texts) => {
      judged.push(event.id)
      return new Map(texts.map((text) => [text, text === PASSES]))
    },
    accept: async (unit) => {
      handedIn.push(unit)
      const unjudged = unit.events.some(({ id }) =>
        filters.some((filter) => unit.filtered !== undefined && !unit.filtered.get(id)?.has(filter)),
      )
      if (unjudged) throw new FilterUnjudged('not judged')
      return 'accepted' as const
    },
  })
  return { accept, handedIn, judged }
}

function unitOf(count: number, fields: Partial<AcceptUnit> = {}): AcceptUnit {
  const events = Array.from({ length: count }, (_, index) => sampleEvent({ id: `evt_${index}` }))
  return { claim: null, run: null, submission: null, events, target: null, ...fields }
}

describe('accepting events that filters are for', () => {
  it('judges nothing and looks at nothing while there are none', async () => {
    const { accept, handedIn, judged } = acceptOver([])
    await accept(unitOf(3))
    expect(handedIn.map(({ filtered }) => filtered?.size)).toEqual([0])
    expect(judged).toEqual([])
  })

  it('judges every event of the unit by every filter, before it is accepted', async () => {
    const { accept, handedIn, judged } = acceptOver([PASSES, FAILS])
    await accept(unitOf(40))
    const verdicts = handedIn.at(-1)?.filtered
    expect(verdicts?.size).toBe(40)
    for (const verdict of verdicts?.values() ?? []) {
      expect([...verdict]).toEqual([
        [PASSES, true],
        [FAILS, false],
      ])
    }
    expect(judged).toHaveLength(40)
  })

  it('remembers that a type has filters, so that only its first unit is handed in twice', async () => {
    const { accept, handedIn } = acceptOver([PASSES])
    await accept(unitOf(1))
    await accept(unitOf(1))
    expect(handedIn).toHaveLength(3)
  })

  it('judges again when a filter was set meanwhile', async () => {
    const filters = [PASSES]
    const { accept, handedIn } = acceptOver(filters)
    await accept(unitOf(1))
    const accepting = accept(unitOf(1))
    filters.push(FAILS)
    expect(await accepting).toBe('accepted')
    expect(handedIn.at(-1)?.filtered?.get('evt_0')?.size).toBe(2)
  })

  it('gives up when that never ends', async () => {
    let round = 0
    const accept = createJudgedAccept({
      store: { webhooks: { filters: async () => [`round == ${round++}`], hearers: noHearers } },
      turn: async () => undefined,
      judgeFilters: async () => new Map(),
      accept: async () => {
        throw new FilterUnjudged('not judged')
      },
    })
    await expect(accept(unitOf(1))).rejects.toMatchObject({ code: 'overloaded' })
    expect(round).toBeLessThan(10)
  })

  it('lets what is for one webhook alone pass unjudged', async () => {
    const { accept, handedIn, judged } = acceptOver([FAILS])
    await accept(unitOf(1, { target: { webhookId: 'webhook_1', kind: 'test' } }))
    expect(handedIn.map((unit) => 'filtered' in unit)).toEqual([false])
    expect(judged).toEqual([])
  })

  it('passes on every other refusal', async () => {
    const accept = createJudgedAccept({
      store: { webhooks: { filters: async () => [], hearers: noHearers } },
      turn: async () => undefined,
      judgeFilters: async () => new Map(),
      accept: async () => {
        throw new Error('the disk is full')
      },
    })
    await expect(accept(unitOf(1))).rejects.toThrow('the disk is full')
  })
})
