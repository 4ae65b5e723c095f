import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Reads names of files from its input and runs each as if somebody had typed it: all in one shell, with job control, so
 * that `%1` is the first job. What still runs in the background ends with the shell.
 */
const TYPIST = `set -m
trap 'for job in $(jobs -p); do kill -KILL -- -$job; done' EXIT
while IFS= read -r file; do . "$file" < /dev/null; code=$?; echo; echo "exit $code of $file"; done`

/** What one snippet came to; `output` is everything that was printed since the one before. */
export interface Typed {
  code: number
  output: string
}

export interface TypedShell {
  /** Runs a file in the shell, and resolves when the prompt would be back. */
  type(file: string): Promise<Typed>
  /** Resolves once the shell, or what runs in its background, has printed `text`; rejects when the shell ends without. */
  until(text: string): Promise<void>
  end(): Promise<void>
}

/** A shell of bash in `directory`. */
export function openShell(directory: string, environment: NodeJS.ProcessEnv): TypedShell {
  const shell = spawn('bash', ['-c', TYPIST], { cwd: directory, env: environment })
  let output = ''
  let read = 0
  let hasEnded = false
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const each of waiting) each()
  }
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      look()
    })
  }
  const ended = once(shell, 'exit').then(() => {
    hasEnded = true
    look()
  })

  function printed(wanted: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const each = (): void => {
        const match = wanted.exec(output.slice(read))
        if (match === null && !hasEnded) return
        waiting.delete(each)
        if (match === null) reject(new Error(`the shell ended without ${wanted.source}:\n${output}`))
        else resolve(match)
      }
      waiting.add(each)
      each()
    })
  }

  return {
    async type(file) {
      shell.stdin.write(`${file}\n`)
      const match = await printed(/\nexit (\d+) of .*\n/)
      const typed = { code: Number(match[1]), output: output.slice(read, read + match.index) }
      read += match.index + match[0].length
      return typed
    },
    async until(text) {
      await printed(new RegExp(text))
    },
    async end() {
      shell.stdin.end()
      await ended
    },
  }
}
