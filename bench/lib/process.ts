import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { atEnd } from './cleanup.ts'
import { wait } from './wait.ts'

/** A program under measurement, in a process of its own. */
export interface RunningProcess {
  pid: number
  /**
   * Waits until its log has this, and answers what the pattern's first group matched. Throws, with the end of the log,
   * when the process has ended by itself or takes too long.
   */
  says(pattern: RegExp): Promise<string>
  /** Asks it to stop and waits until it has. Throws when it does not, or ends with anything but 0. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): Promise<void>
}

export interface ProcessOptions {
  name: string
  command: string
  args: readonly string[]
  /** Where both its streams go. */
  logFile: string
  environment?: NodeJS.ProcessEnv
}

const START_MS_MAX = 120_000
const STOP_MS_MAX = 60_000
const LOOK_MS = 2
const LOG_CHARACTERS_SHOWN = 4_000

export function startProcess({ name, command, args, logFile, environment }: ProcessOptions): RunningProcess {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    ...(environment !== undefined && { env: environment }),
  })
  closeSync(log)
  const ended = endOf(child)
  const logEnd = (): string => readFileSync(logFile, 'utf8').slice(-LOG_CHARACTERS_SHOWN)

  return {
    pid: child.pid ?? 0,
    async says(pattern) {
      const tooLateAt = performance.now() + START_MS_MAX
      for (;;) {
        const found = pattern.exec(readFileSync(logFile, 'utf8'))
        if (found !== null) return found[1] ?? ''
        const isAlive = child.pid !== undefined && child.exitCode === null && child.signalCode === null
        const fault = isAlive ? 'does not start' : `ended by itself (${String(child.exitCode)})`
        if (!isAlive || performance.now() > tooLateAt) throw new Error(`${name} ${fault}:\n${logEnd()}`)
        await wait(LOOK_MS)
      }
    },
    async stop() {
      child.kill('SIGTERM')
      const code = await Promise.race([
        ended,
        wait(STOP_MS_MAX, { keepsAlive: false }).then(() => 'late' as const),
      ])
      if (code === 0) return
      child.kill('SIGKILL')
      throw new Error(`${name} did not stop as it should (${String(code)}):\n${logEnd()}`)
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Resolves with the exit code, null after a signal. */
function endOf(child: ChildProcess): Promise<number | null> {
  const forget = atEnd(() => void child.kill('SIGKILL'))
  return new Promise((resolve) => {
    // A command that cannot be started has no `exit`; whoever waits for it to listen finds it dead.
    child.once('error', () => {
      forget()
      resolve(null)
    })
    child.once('exit', (code) => {
      forget()
      resolve(code)
    })
  })
}
