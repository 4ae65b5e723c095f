import { accessSync, constants, openSync, closeSync } from 'node:fs'
import { extname } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { LIMITS } from '../../core/limits.ts'
import { CommandError, VERDICT_EXIT } from '../exit.ts'
import type { Threshold } from './report.ts'

const FORMATS = ['text', 'json', 'junit'] as const
export type Format = (typeof FORMATS)[number]

/** By the ending of an `--output`, where no `--format` is given. */
const FORMATS_BY_ENDING: Record<string, Format> = { '.json': 'json', '.xml': 'junit', '.txt': 'text' }

const TIMEOUT_SECONDS = 300

/** As commander gives the options that every verb with a verdict has. */
export interface ReportOptions {
  timeout: number
  format?: Format
  output?: string[]
  summary?: string
  failOn: Threshold
}

/** Where the verdicts go. */
export interface Destinations {
  standardOutput: Format
  files: { path: string; format: Format }[]
  /** Markdown is added to its end. */
  summary: string | null
}

export function addReportOptions(command: Command): Command {
  return command
    .option('--timeout <SECONDS>', 'how long the whole command may take', parseTimeout, TIMEOUT_SECONDS)
    .addOption(
      new Option('--format <FORMAT>', 'format of what is printed, or of the file of --output').choices(
        FORMATS,
      ),
    )
    .option(
      '--output <FILE>',
      'also write to FILE, in the format of --format or of its ending: .json, .xml (JUnit), .txt; repeatable',
      (path: string, before: string[] | undefined) => [...(before ?? []), path],
    )
    .option('--summary <FILE>', 'add a summary in Markdown to this file')
    .addOption(
      new Option('--fail-on <SEVERITY>', 'the lowest severity that fails a document')
        .choices(['error', 'warning'] satisfies Threshold[])
        .default('error' satisfies Threshold),
    )
}

/** Makes the files that are not there, so that a place that cannot be written is known before anything is submitted. */
export function openDestinations({ format, output = [], summary }: ReportOptions): Destinations {
  const files = output.map((path) => ({ path, format: formatOf(path, format) }))
  for (const path of [...output, ...(summary === undefined ? [] : [summary])]) checkWritable(path)
  // With a file for the format, the job's log is for people.
  const standardOutput = files.length > 0 ? 'text' : (format ?? 'text')
  return { standardOutput, files, summary: summary ?? null }
}

function formatOf(path: string, given: Format | undefined): Format {
  const format = given ?? FORMATS_BY_ENDING[extname(path).toLowerCase()]
  if (format !== undefined) return format
  const message = `--output ${path}: the ending of the file is not known. Use --format, or a name that ends in .json, .xml or .txt.`
  throw new CommandError(message, VERDICT_EXIT.error)
}

function checkWritable(path: string): void {
  try {
    closeSync(openSync(path, 'a'))
    accessSync(path, constants.W_OK)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError(`${path} cannot be written: ${reason}`, VERDICT_EXIT.error, { cause: error })
  }
}

function parseTimeout(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (seconds >= 1 && seconds <= LIMITS.clientTimeoutSecondsMax) return seconds
  throw new InvalidArgumentError(`Write seconds, from 1 to ${LIMITS.clientTimeoutSecondsMax}.`)
}
