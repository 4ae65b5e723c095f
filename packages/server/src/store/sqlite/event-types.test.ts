import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './index.ts'

const NOW = Date.UTC(2026, 0, 1)

let dataDir: string
let store: Store

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-event-types-'))
  store = await openSqliteStore({ dataDir, now: () => NOW, makeDeliveryId: () => 'dlv_' })
  const acme = { slug: 'acme', name: 'Acme', tier: 'free', createdAt: NOW } as const
  await store.organizations.create(acme, `proj_${'1'.repeat(32)}`)
})

afterEach(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true })
})

async function declare(type: string, schemaBytes: number): Promise<void> {
  const schema = { description: 'x'.repeat(schemaBytes) }
  const row = { organizationId: 1, type, description: '', schema, createdAt: NOW, updatedAt: NOW }
  await store.eventTypes.create(row, null)
}

test('a type is read once, however often it is asked for', async () => {
  await declare('order.paid', 100)
  expect(await store.eventTypes.get(1, 'order.paid')).toBe(await store.eventTypes.get(1, 'order.paid'))
})

test('the schemas of all organizations together do not fill the memory', async () => {
  const types = Array.from({ length: 200 }, (_, index) => `order.number_${index}`)
  for (const type of types) await declare(type, LIMITS.eventTypeSchemaBytesMax - 100)
  const first = []
  for (const type of types) first.push(await store.eventTypes.get(1, type))
  let kept = 0
  // From the last one back, so that asking again does not push out what is still there.
  for (const [index, type] of [...types.entries()].reverse()) {
    const again = await store.eventTypes.get(1, type)
    if (again !== first[index]) break
    kept += 1
  }
  expect(kept * LIMITS.eventTypeSchemaBytesMax).toBeLessThanOrEqual(4 * 1024 * 1024)
})
