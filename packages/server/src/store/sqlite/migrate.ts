import type { DatabaseSync } from 'node:sqlite'
import { migrations } from './migrations/index.ts'

/**
 * Brings the schema up to what this program knows. The version is in `PRAGMA user_version`, which is part of the
 * database and so of the transaction. Two processes may open a database at once: the second waits for the write lock
 * and finds the work done.
 */
export function migrate(database: DatabaseSync): void {
  if (versionOf(database) === migrations.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const version = versionOf(database)
    if (version > migrations.length) {
      throw new Error(
        `The database has schema version ${version}; this program knows versions up to ${migrations.length}. ` +
          'Run the newer program that wrote it, or restore a backup made before it was upgraded.',
      )
    }
    for (const { sql } of migrations.slice(version)) database.exec(sql)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}
