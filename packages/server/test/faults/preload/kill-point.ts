/**
 * Loaded into a server before its own code (`node --import`). Kills the process at one exact point of its work with the
 * database, without a hook in what ships: what SQL is run, and when it is committed, says where the server is.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { KILL_POINT_VARIABLE, type Arm, type KillPoint } from './words.ts'

const point = JSON.parse(process.env[KILL_POINT_VARIABLE] ?? 'null') as KillPoint | null
if (point === null) throw new Error(`${KILL_POINT_VARIABLE} is not set`)

const { at, count } = point
const sqlOfPoint = new RegExp(point.sql)
/** Whether a statement of the point ran in the transaction under way. */
let reached = false
let seen = 0
let armed = point.waitsForArm !== true

process.on('message', (message: Arm | object) => {
  if (!('arm' in message)) return
  armed = true
  process.send?.(message)
})
// Listening must not keep alive a server that is done.
process.channel?.unref()

function arrive(where: KillPoint['at']): void {
  if (where !== at || !armed) return
  seen += 1
  // Nothing of this process runs after this call: the kernel ends it before it returns.
  if (seen === count) process.kill(process.pid, 'SIGKILL')
}

function watched<Result>(sql: string, run: () => Result): Result {
  const commits = /^\s*COMMIT/.test(sql)
  if (/^\s*BEGIN/.test(sql)) reached = false
  if (commits && reached) arrive('before commit')
  const result = run()
  if (commits && reached) arrive('after commit')
  if (sqlOfPoint.test(sql)) {
    reached = true
    arrive('statement')
  }
  return result
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the database they belong to
const { prepare, exec } = DatabaseSync.prototype

DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql, ...rest): StatementSync {
  const statement = prepare.call(this, sql, ...rest)
  if (!/^\s*(BEGIN|COMMIT)/.test(sql) && !sqlOfPoint.test(sql)) return statement
  for (const method of ['run', 'get', 'all'] as const) {
    const original = statement[method].bind(statement) as (...values: unknown[]) => unknown
    Object.defineProperty(statement, method, {
      value: (...values: unknown[]) => watched(sql, () => original(...values)),
    })
  }
  return statement
}

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql): void {
  watched(sql, () => exec.call(this, sql))
}
