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

    test('are made once for one Idempotency-Key, and what was shown once comes back sealed', async () => {
      const { store, organization, claim } = the()
      const key = keyOf(the())
      const asked = claim({ operation: 'createKey', resourceId: key.id, sealedAnswer: 'v1.sealed' })
      expect(await store.keys.create(key, asked)).toEqual({ outcome: 'created', row: key })
      const again = keyOf(the(), { hash: 'b'.repeat(64) })
      expect(
        await store.keys.create(again, { ...asked, resourceId: again.id, sealedAnswer: 'v1.other' }),
      ).toEqual({
        outcome: 'replayed',
        resourceId: key.id,
        sealedAnswer: 'v1.sealed',
      })
      expect(await store.keys.list(organization.id)).toEqual([key])
      const other = { ...asked, requestHash: 'f'.repeat(64) }
      expect(await store.keys.create(again, other)).toEqual({ outcome: 'conflict' })
    })

    test('come with a new organization in one piece, once', async () => {
      const { store, claim, ids, clock } = the()
      const { organizationId: _asker, ...firstKey } = keyOf(the())
      const wanted = { slug: 'globex', name: 'Globex', tier: 'enterprise', createdAt: clock.now } as const
      const asked = claim({
        operation: 'createOrganization',
        resourceId: 'globex',
        sealedAnswer: 'v1.sealed',
      })
      const create = () => store.organizations.createWithKey(wanted, ids.make('proj'), firstKey, asked)
      const created = await create()
      expect(created).toMatchObject({ outcome: 'created', row: wanted })
      expect(await create()).toEqual({ outcome: 'replayed', resourceId: 'globex', sealedAnswer: 'v1.sealed' })
      const globex = await store.organizations.bySlug('globex')
      expect(await store.keys.list(globex!.id)).toEqual([{ ...firstKey, organizationId: globex!.id }])
      await expect(
        store.organizations.createWithKey(
          wanted,
          ids.make('proj'),
          { ...firstKey, id: ids.make('key') },
          null,
        ),
      ).rejects.toMatchObject({ code: 'already_exists' })
      expect(await store.keys.list(globex!.id)).toHaveLength(1)
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
