import { createHash } from 'node:crypto'
import { fieldProblem, idempotencyConflict, Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Created, IdempotencyClaim } from '../store/store.ts'
import type { IdempotencyKey } from './services.ts'

const HEADER = 'Idempotency-Key'
const PRINTABLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Marks an answer that an earlier request earned. */
export const REPLAYED_HEADERS = { 'idempotent-replayed': 'true' } as const

/** The key of a request and the hash of `asked`; null when the request bears no key. Throws `invalid_request`. */
export function readIdempotencyKey(
  header: string | string[] | undefined,
  asked: readonly (string | Buffer | null)[],
): IdempotencyKey | null {
  if (header === undefined) return null
  if (
    typeof header !== 'string' ||
    header.length > LIMITS.idempotencyKeyCharactersMax ||
    !PRINTABLE.test(header)
  ) {
    throw fieldProblem(
      'invalid_request',
      HEADER,
      `Must be one value of 1 to ${LIMITS.idempotencyKeyCharactersMax} printable ASCII characters.`,
    )
  }
  return { key: header, requestHash: hashOf(asked) }
}

/** SHA-256 over the parts with their lengths, so that no two lists of parts run together into the same bytes. */
function hashOf(parts: readonly (string | Buffer | null)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(part === null ? '-;' : `${Buffer.byteLength(part)};`)
    if (part !== null) hash.update(part)
  }
  return hash.digest('hex')
}

/** The claim that the store keeps beside what it creates. */
export function claimOf(
  idempotency: IdempotencyKey | null,
  wanted: Pick<
    IdempotencyClaim,
    'organizationId' | 'operation' | 'resourceId' | 'sealedAnswer' | 'createdAt'
  >,
): IdempotencyClaim | null {
  return idempotency && { ...wanted, ...idempotency }
}

export interface CreatedAnswer<Row> {
  row: Row
  /** What the first answer showed once, sealed in the claim; null for a new row, and where nothing was. */
  sealedAnswer: string | null
  /** For the answer: says so when an earlier request made the row. */
  headers: Record<string, string>
}

/**
 * The row to answer with: the new one, or the one that the same request made before, as it is now. Throws
 * `idempotency_conflict` when the key was used for another request, `not_found` when the row was deleted since.
 */
export async function rowOf<Row>(
  created: Created<Row>,
  reload: (resourceId: string) => Promise<Row | null>,
): Promise<CreatedAnswer<Row>> {
  switch (created.outcome) {
    case 'created':
      return { row: created.row, sealedAnswer: null, headers: {} }
    case 'replayed': {
      const row = await reload(created.resourceId)
      if (row !== null) return { row, sealedAnswer: created.sealedAnswer, headers: { ...REPLAYED_HEADERS } }
      throw new Problem(
        'not_found',
        `The first request with this ${HEADER} made ${created.resourceId}, which has been deleted since.`,
      )
    }
    case 'conflict':
      throw idempotencyConflict()
  }
}
