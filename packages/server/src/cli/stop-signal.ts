import { EXIT, type ExitCode } from './exit.ts'

/** What a signal asks of a verb that keeps running. */
export interface StopSignal {
  /** Resolves with the first SIGTERM or SIGINT. */
  asked: Promise<NodeJS.Signals>
  /** Gives the signals back to Node. */
  release(): void
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT']

/** From now on the first signal asks, and a second one ends the process at once with this code. */
export function listenForStop(secondExitCode: ExitCode = EXIT.failure): StopSignal {
  let count = 0
  let resolve: (signal: NodeJS.Signals) => void = () => undefined
  const asked = new Promise<NodeJS.Signals>((settle) => (resolve = settle))
  const listener = (signal: NodeJS.Signals): void => {
    count += 1
    if (count > 1) process.exit(secondExitCode)
    resolve(signal)
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return {
    asked,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, listener)
    },
  }
}
