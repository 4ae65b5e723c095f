import type { KeyStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import type { Tables } from './tables.ts'

export function createKeyStore(tables: Tables): KeyStore {
  return {
    create: async (key, claim = null) =>
      createOnce(tables, claim, () => {
        tables.keys.add(key)
        return { row: key, resourceId: key.id }
      }),
    byHash: async (hash) =>
      tables.read(() => {
        const key = tables.keys.where('hash', hash)[0]
        const organization = key === undefined ? null : tables.organizations.get(key.organizationId)
        return key === undefined || organization === null ? null : { key, organization }
      }),
    list: async (organizationId) =>
      tables.read(() =>
        tables.keys
          .where('organization', organizationId)
          .sort((left, right) => (left.id < right.id ? 1 : -1)),
      ),
    revoke: async (organizationId, id, now) =>
      tables.transact(() => {
        const key = tables.keys.get(id)
        if (key?.organizationId !== organizationId || key.revokedAt !== null) return false
        tables.keys.put({ ...key, revokedAt: now })
        return true
      }),
    touch: async (id, now) =>
      tables.transact(() => {
        const key = tables.keys.get(id)
        if (key !== null) tables.keys.put({ ...key, lastUsedAt: now })
      }),
  }
}
