import { fork, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../core/clock.ts'
import { SECOND_MS } from '../../core/time.ts'
import { FILTER_VARIABLES } from './description.ts'
import { resultsExpected, type Batch, type Result, type Results } from './process/messages.ts'

/** A process that has not answered an empty batch by then will not start. It takes about 0.3 s. */
const START_MS_MAX = 30 * SECOND_MS
/**
 * A process that is silent for so many timeouts is ended: the budget inside it should have stopped what it is at. The budget
 * counts its work and this the time, in which a busy machine may let it work for a small part only.
 */
const TIMEOUTS_MAX = 20

/** With the extension of this file: `.ts` from the sources, `.js` from what was built. */
const MAIN_FILE = fileURLToPath(new URL(`process/main${extname(import.meta.url)}`, import.meta.url))

export interface BatchOutcome {
  /**
   * `ended`: the process was ended for its silence, or died, most likely of too little memory. `closed`: it was told to
   * end. `error` tells any other reason.
   */
  kind: 'answered' | 'ended' | 'closed'
  /** As far as they were told: after an overrun, or when the process ended, some are missing. */
  results: Results
  error: Error | null
}

/** One process. A batch starts it when it does not run or has ended; that one should be empty, since a start takes long. */
export interface FilterProcess {
  /** Never rejects. One batch at a time. */
  ask(batch: Batch): Promise<BatchOutcome>
  /** Ends the process, whatever it is doing; a batch under way is `closed`. Safe to call when there is none. */
  end(): Promise<void>
}

export interface FilterProcessOptions {
  /** For one expression and one body, in time at work. */
  timeoutMs: number
  /** Heap of the process. */
  memoryMb: number
  clock: Clock
}

export function createFilterProcess({ timeoutMs, memoryMb, clock }: FilterProcessOptions): FilterProcess {
  let child: ChildProcess | null = null
  /** What is under way, if anything. */
  let hear: ((results: Results) => void) | null = null
  let settle: ((kind: BatchOutcome['kind'], error: Error | null) => void) | null = null

  function start(): ChildProcess {
    // No flags and no environment of the server's: a filter has no business with them, and they may hold secrets.
    const started = fork(MAIN_FILE, [JSON.stringify({ variables: FILTER_VARIABLES, timeoutMs })], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${memoryMb}`],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    started.on('message', (results: Results) => {
      // One that was given up may have spoken before its end; by now another is asked something else.
      if (child === started) hear?.(results)
    })
    started.on('error', (error) => gone(started, error))
    started.on('exit', (code) => gone(started, code === null ? null : exited(code)))
    return started
  }

  function gone(which: ChildProcess, error: Error | null): void {
    if (child !== which) return
    child = null
    settle?.('ended', error)
  }

  return {
    ask(batch) {
      const asked = (child ??= start())
      const expected = resultsExpected(batch)
      const results: Result[] = []
      // An idle process keeps nobody's process alive; a busy one does, until it has answered or ended.
      asked.ref()
      asked.channel?.ref()
      return new Promise((resolve) => {
        function giveUp(error: Error | null): void {
          asked.kill('SIGKILL')
          gone(asked, error)
        }
        const silence = watchSilence(expected === 0 ? START_MS_MAX : TIMEOUTS_MAX * timeoutMs, clock, () =>
          giveUp(expected === 0 ? new Error('A process that judges filters did not start') : null),
        )
        hear = (more) => {
          silence.broken()
          results.push(...more)
          if (results.length === expected || results.at(-1) === 'overrun') settle?.('answered', null)
        }
        settle = (kind, error) => {
          hear = settle = null
          silence.cancel()
          asked.unref()
          asked.channel?.unref()
          resolve({ kind, results, error })
        }
        asked.send(batch, (error) => {
          if (error !== null) giveUp(error)
        })
      })
    },

    end() {
      const ending = child
      child = null
      settle?.('closed', null)
      if (ending === null) return Promise.resolve()
      return new Promise((resolve) => {
        ending.once('exit', () => resolve())
        ending.once('error', () => resolve())
        ending.ref()
        ending.kill('SIGKILL')
      })
    },
  }
}

/**
 * Calls `act` after a silence of `silenceMs`. It is looked for in parts, so that a word that lies unread while the server
 * itself stands still is heard first.
 */
function watchSilence(silenceMs: number, clock: Clock, act: () => void) {
  const PARTS = 3
  let partsSilent = 0
  let timer = clock.after(silenceMs / PARTS, look)
  function look(): void {
    partsSilent++
    if (partsSilent === PARTS) act()
    else timer = clock.after(silenceMs / PARTS, look)
  }
  return {
    broken: () => (partsSilent = 0),
    cancel: () => timer.cancel(),
  }
}

function exited(code: number): Error {
  return new Error(`A process that judges filters ended with exit code ${code}`)
}
