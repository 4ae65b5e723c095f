import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { atEnd } from './cleanup.ts'

// What a load process can be asked over its channel to the benchmark: one call, one answer.

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any function at all; the callers know which
export type Calls = Record<string, (argument: any) => unknown>

export interface Remote<Known extends Calls> {
  pid: number
  /** Rejects with the error that the function threw over there, or when the process has ended. */
  call<Name extends keyof Known & string>(
    name: Name,
    argument: Parameters<Known[Name]>[0],
  ): Promise<Awaited<ReturnType<Known[Name]>>>
  end(): void
}

interface Question {
  id: number
  name: string
  argument: unknown
}

type Reply = { id: number; value?: unknown; error?: string }

/** Starts `module`, which calls `serveCalls`, in a process of its own. */
export function startRemote<Known extends Calls>(module: URL): Remote<Known> {
  const child = fork(fileURLToPath(module), { execArgv: [] })
  const waiting = new Map<number, (reply: Reply) => void>()
  let lastId = 0
  const forget = atEnd(() => void child.kill('SIGKILL'))

  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  child.once('exit', (code) => {
    forget()
    const error = `${module.pathname} ended (${String(code)})`
    for (const [id, answer] of waiting) answer({ id, error })
    waiting.clear()
  })

  return {
    pid: child.pid ?? 0,
    call(name, argument) {
      const question: Question = { id: ++lastId, name, argument }
      return new Promise((resolve, reject) => {
        waiting.set(question.id, ({ value, error }) => {
          if (error !== undefined) reject(new Error(error))
          else resolve(value as Awaited<ReturnType<Known[typeof name]>>)
        })
        child.send(question, (error) => {
          if (error === null) return
          waiting.delete(question.id)
          reject(error)
        })
      })
    },
    end: () => void child.kill('SIGKILL'),
  }
}

/** The other side. The process ends with the benchmark that started it, however that ended. */
export function serveCalls(calls: Calls): void {
  process.on('message', (question: Question) => {
    void answer(calls, question).then((reply) => process.send?.(reply))
  })
  process.on('disconnect', () => process.exit(0))
}

async function answer(calls: Calls, { id, name, argument }: Question): Promise<Reply> {
  try {
    const called = calls[name]
    if (called === undefined) throw new Error(`There is no call ${name}.`)
    return { id, value: await called(argument) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
