import { expect, it } from 'vitest'
import { sampleDelivery } from '../../../test/support/samples.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createTables, type Tables } from './tables.ts'

/** Found by a simulated day that took half a minute for it. */
it('walks a line once for a page, however many of the page stand in it', async () => {
  const tables = createTables()
  const ids = Array.from({ length: 50 }, (_, index) => `dlv_${100 + index}`)
  for (const id of ids) tables.deliveries.add(sampleDelivery({ id, orderKey: '' }))
  let walks = 0
  const deliveries: Tables['deliveries'] = {
    ...tables.deliveries,
    where(index, value) {
      if (index === 'line') walks += 1
      return tables.deliveries.where(index, value)
    },
  }
  const store = createDeliveryStore({ ...tables, deliveries }, () => 'dlv_new')
  const { rows } = await store.list(1, {}, { limit: 50, before: null })
  expect(rows.map((row) => row.blockedBy)).toEqual([...ids.slice(1).map(() => ids[0]), null])
  expect(walks).toBe(1)
})
