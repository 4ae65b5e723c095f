import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CARRIER_NAMES } from '../../carriers/index.ts'
import { STANDARD_NAMES } from '../../sign/schemes.ts'
import { printable } from '../terminal.ts'
import { warning, type Check, type CheckResult } from './check.ts'

const NAME = 'webhooks'
const DATABASE_FILE = 'sealpost.db'
/** Named one by one; it takes a step back to an older version to have any. */
const NAMED_MAX = 20

interface Row {
  id: string
  carrier: string
  signatures: string
}

/** Does a webhook ask for a carrier or a signature scheme that this version does not know? Nothing is sent to it. */
export const checkUnknownNames: Check = ({ settings }) =>
  Promise.resolve(look(join(settings.dataDir, DATABASE_FILE)))

function look(path: string): CheckResult[] {
  if (!existsSync(path)) return []
  try {
    return readUnknown(path).map(resultOf)
  } catch {
    // The check of webhooks says so.
    return []
  }
}

function readUnknown(path: string): Row[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const rows = database
      .prepare(
        `SELECT 'webhook_' || lower(hex(id)) AS id, carrier, signatures FROM webhooks
         WHERE deleted_at IS NULL
           AND (carrier NOT IN (SELECT value FROM json_each(?))
                OR EXISTS (SELECT 1 FROM json_each(signatures) WHERE value NOT IN (SELECT value FROM json_each(?))))
         ORDER BY seq LIMIT ${NAMED_MAX}`,
      )
      .all(JSON.stringify(CARRIER_NAMES), JSON.stringify(STANDARD_NAMES))
    return rows as unknown as Row[]
  } finally {
    database.close()
  }
}

function resultOf({ id, carrier, signatures }: Row): CheckResult {
  const wish = (CARRIER_NAMES as readonly string[]).includes(carrier)
    ? `the signature schemes ${signatures}`
    : `the carrier ${carrier}`
  return warning(
    NAME,
    `Webhook ${id} asks for ${printable(wish)}, which this version does not know: it is sent nothing`,
    'Run the version that made it, change it, or delete it',
  )
}
