import { expect, it } from 'vitest'
import type { History, Rows } from '../invariants/history.ts'
import { collectHistory } from './collect.ts'
import { prepareIngest } from './ingest.ts'
import { judge } from './judge.ts'
import { reportAll } from './load.ts'
import { createOwner } from './owner.ts'
import { nothingPending } from './rest.ts'
import { withWorld } from './world.ts'

// What the matrix says is worth no more than what it would notice.
it('a calm run is acquitted, and condemned as soon as something of it is lost or doubled', async () => {
  await withWorld(async (world) => {
    await world.start()
    await prepareIngest(await world.api())
    await createOwner(world).create('steady')
    await reportAll(world, 20)
    await nothingPending(world)
    await world.stop()
    const history = await collectHistory(world, { source: 'a calm run', atRest: true })
    const { rows = EMPTY, requests = [] } = history
    const violationsOf = (change: Partial<History>): string =>
      judge({ ...history, ...change }).violations.join('\n')

    expect(violationsOf({})).toBe('')
    expect(requests).toHaveLength(20)
    expect(violationsOf({ rows: { ...rows, events: rows.events.slice(1) } })).toContain('invariant 1:')
    expect(violationsOf({ rows: { ...rows, deliveries: rows.deliveries.slice(1) } })).toContain(
      'invariant 2:',
    )
    expect(violationsOf({ rows: { ...rows, attempts: rows.attempts.slice(1) } })).toContain('invariant 4:')
    expect(violationsOf({ requests: [...requests, ...requests.slice(0, 1)] })).toContain('invariant 5:')
    expect(violationsOf({ requests: [...requests, ...requests.slice(0, 1)] })).toContain('invariant 10:')
    const forged = { ...requests[0]!, body: Buffer.from('{}') }
    expect(violationsOf({ requests: [forged, ...requests.slice(1)] })).toContain('invariant 11:')
  })
})

const EMPTY: Rows = { webhooks: [], events: [], deliveries: [], attempts: [] }
