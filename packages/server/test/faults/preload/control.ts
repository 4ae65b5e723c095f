/**
 * Loaded into a server before its own code (`node --import`): a wall clock that can be set, a database that can be full,
 * and long timers that go off sooner. The server's code is as it ships.
 */
import { DatabaseSync } from 'node:sqlite'
import { CLOCK_OFFSET_VARIABLE, HURRY_VARIABLE, type Arm, type Control } from './words.ts'

const MAX_PAGES = 0xffff_fffe // SQLite's own bound, https://www.sqlite.org/limits.html

/** As a person, or a time server gone wrong, sets it: `Date.now` steps, what measures durations does not. */
const realNow = Date.now
let clockOffsetMs = Number(process.env[CLOCK_OFFSET_VARIABLE] ?? 0)
Date.now = () => realNow() + clockOffsetMs

/** `10000/20`: a timer of 10 s or more waits a 20th of it. */
const [hurryFromMs = Infinity, hurryBy = 1] = (process.env[HURRY_VARIABLE] ?? 'Infinity/1')
  .split('/')
  .map(Number)
const realSetTimeout = globalThis.setTimeout
type SetTimeout = (action: () => void, delayMs?: number, ...values: unknown[]) => NodeJS.Timeout
const setTimeoutInHurry: SetTimeout = (action, delayMs = 0, ...values) =>
  (realSetTimeout as SetTimeout)(action, delayMs >= hurryFromMs ? delayMs / hurryBy : delayMs, ...values)
globalThis.setTimeout = Object.assign(setTimeoutInHurry, { __promisify__: realSetTimeout.__promisify__ })

const databases = new Set<DatabaseSync>()
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the database it belongs to
const { prepare } = DatabaseSync.prototype
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...values: Parameters<typeof prepare>) {
  databases.add(this)
  return prepare.apply(this, values)
}

function setFull(isFull: boolean): void {
  for (const database of databases) {
    if (!database.isOpen) databases.delete(database)
    // A limit below what there is means: no page more.
    else database.exec(`PRAGMA max_page_count = ${isFull ? 1 : MAX_PAGES}`)
  }
}

process.on('message', (control: Control | Arm) => {
  if ('arm' in control || control.disk !== undefined) return
  clockOffsetMs = control.clockOffsetMs ?? clockOffsetMs
  if (control.databaseFull !== undefined) setFull(control.databaseFull)
  process.send?.(control)
})
// Listening must not keep alive a server that is done.
process.channel?.unref()
