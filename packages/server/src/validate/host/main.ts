import { systemClock } from '../../core/clock.ts'
import type { TaskLimits } from '../worker/task.ts'
import type { HostAnswer, HostCancel, HostRequest } from './messages.ts'
import { createThreads } from './threads.ts'

// The host process. Its main thread runs no hostile code, so that it can end the threads that do, and itself when the
// server is gone; it holds nothing that would be lost.
const limits = JSON.parse(process.argv[2] ?? '{}') as TaskLimits
const threads = createThreads({ ...limits, clock: systemClock })

const underWay = new Map<number, AbortController>()

process.on('message', ({ id, task }: HostRequest | HostCancel) => {
  if (task === null) {
    underWay.get(id)?.abort()
    return
  }
  const cancel = new AbortController()
  underWay.set(id, cancel)
  void threads.run(task, cancel.signal).then((outcome) => {
    underWay.delete(id)
    const answer: HostAnswer = { id, outcome }
    // When the server is gone there is nobody to tell.
    process.send?.(answer, () => undefined)
  })
})

process.on('disconnect', () => process.exit())

// Ctrl-C in a terminal reaches every process of the group; the server decides when its work is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
