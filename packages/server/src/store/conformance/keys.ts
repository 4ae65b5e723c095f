import { describe, expect, test } from 'vitest'
import type { ApiKey } from '../../core/organization.ts'
import type { Subject, World } from './world.ts'

function keyOf({ ids, organization, clock }: World, changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id: ids.make('key'),
    organizationId: organization.id,
    name: 'ci',
    scopes: ['read', 'write'],
    hash: 'a'.repeat(64),
    hint: 'sk_live_abcd',
    createdAt: clock.now,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...changes,
  }
}

export const describeKeys: Subject = (the) => {
  describe('keys', () => {
    test('are found by their hash, with their organization', async () => {
      const { store, organization, clock } = the()
      const key = keyOf(the(), { expiresAt: clock.now + 5 })
      await store.keys.create(key)
      expect(await store.keys.byHash(key.hash)).toEqual({ key, organization })
      expect(await store.keys.byHash('b'.repeat(64))).toBeNull()
    })

    test('are listed newest first', async () => {
      const { store, organization } = the()
      const keys = [
        keyOf(the()),
        keyOf(the(), { hash: 'b'.repeat(64) }),
        keyOf(the(), { hash: 'c'.repeat(64) }),
      ]
      for (const key of keys) await store.keys.create(key)
      expect(await store.keys.list(organization.id)).toEqual(keys.reverse())
    })

    test('are revoked once', async () => {
      const { store, organization, clock, ids } = the()
      const key = keyOf(the())
      await store.keys.create(key)
      expect(await store.keys.revoke(organization.id, key.id, clock.now)).toBe(true)
      expect(await store.keys.revoke(organization.id, key.id, clock.now + 1)).toBe(false)
      expect(await store.keys.revoke(organization.id, ids.make('key'), clock.now)).toBe(false)
      expect((await store.keys.byHash(key.hash))?.key.revokedAt).toBe(clock.now)
    })

    test('remember when they were last used', async () => {
      const { store, clock, ids } = the()
      const key = keyOf(the())
      await store.keys.create(key)
      await store.keys.touch(key.id, clock.now + 9)
      await store.keys.touch(ids.make('key'), clock.now)
      expect((await store.keys.byHash(key.hash))?.key).toEqual({ ...key, lastUsedAt: clock.now + 9 })
    })
  })
}
