import { z } from 'zod'
import { issueKey } from '../../../identity/api-key.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { apiKeyView, apiKeyWithKeySchema } from '../../views/api-key.ts'
import { instantOf, nameField, timeField } from '../fields.ts'
import { checkExpiry } from './fields.ts'

const body = z
  .strictObject({
    name: nameField,
    // Not `operator`: an organization's admin must not be able to reach beyond the organization.
    scopes: z
      .array(z.enum(['read', 'write', 'admin']))
      .min(1)
      .max(3),
    expires_at: timeField.nullable().default(null),
  })
  .meta({ id: 'NewApiKey', examples: [{ name: 'ci', scopes: ['write'] }] })

export function createKey({
  store,
  services,
  clock,
  ids,
  random,
}: Pick<ApiContext, 'store' | 'services' | 'clock' | 'ids' | 'random'>) {
  return operation({
    id: 'createKey',
    method: 'POST',
    path: '/api/v1/keys',
    tag: 'API keys',
    summary: 'Create an API key',
    description:
      'Only this answer shows the key. A repeat of the request with the same `Idempotency-Key` shows it again.',
    access: ['admin'],
    feature: 'api_keys',
    body,
    answers: { 201: apiKeyWithKeySchema },
    problems: ['idempotency_conflict'],
    async handle({ caller: { organization }, body: { name, scopes, expires_at }, idempotency }) {
      const now = clock.now()
      const expiresAt = expires_at === null ? null : instantOf('expires_at', expires_at)
      checkExpiry(expiresAt, now)
      const wanted = { id: ids.make('key'), organizationId: organization.id, name, expiresAt, now }
      const { key, row } = issueKey({ ...wanted, scopes: [...new Set(scopes)] }, random)
      const sealedAnswer = services.secrets.seal(organization.id, 'createKey', key)
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createKey',
        resourceId: row.id,
        sealedAnswer,
        createdAt: now,
      })
      const created = await rowOf(await store.keys.create(row, claim), async (id) => {
        const keys = await store.keys.list(organization.id)
        return keys.find((known) => known.id === id) ?? null
      })
      const shown =
        created.sealedAnswer === null
          ? key
          : services.secrets.open(organization.id, 'createKey', created.sealedAnswer)
      return { status: 201, body: { ...apiKeyView(created.row), key: shown }, headers: created.headers }
    },
  })
}
