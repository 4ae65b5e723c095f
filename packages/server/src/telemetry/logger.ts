import pino, { type DestinationStream, type Logger } from 'pino'
import type { Settings } from '../config/settings.ts'
import { createLineFile } from './line-file.ts'
import { redactLine } from './redact.ts'

export type { Logger } from 'pino'

/**
 * The logger of a process: one object a line on standard output, `{"level":"info","time":"2026-…Z",…,"msg":"…"}`, or
 * the same for people's eyes. No secret, key or signature passes it.
 */
export async function createLogger(settings: Pick<Settings, 'logLevel' | 'logFormat'>): Promise<Logger> {
  const isTerminal = process.stdout.isTTY
  const isPretty = settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && isTerminal)
  if (!isPretty) return createLoggerOn(settings.logLevel, createLineFile(1))
  return createLoggerOn(settings.logLevel, await prettyStream(isTerminal && process.stdout.hasColors()))
}

/** A logger that writes its lines to `stream`. */
export function createLoggerOn(level: Settings['logLevel'], stream: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactLine },
    },
    stream,
  )
}

/** In this thread and at once, so that lines keep their place among what else is printed. */
async function prettyStream(colorize: boolean): Promise<DestinationStream> {
  // Here and not above: most servers log JSON.
  const { default: pretty } = await import('pino-pretty')
  return pretty({ colorize, sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss.l', destination: 1 })
}
