import type { Diagnostic, Diagnostics, ProjectValidator } from 'xerces-wasm/wasm/xerces_validator.js'
import { SpoiltThread } from '../validator.ts'
import { isStackSpoilt, xerces } from './runtime.ts'

/** What Xerces has to say of a document or schema. */
export type Fault = Diagnostic

/** Schemas that refer to each other by the names of `files`; `entry` is one of them. */
export interface SchemaFiles {
  entry: string
  files: Record<string, string>
  targetNamespace: string | null
}

/** A compiled schema, to be disposed of. */
export type XmlSchema = ProjectValidator

const TOO_DEEP =
  'the schema or the document is nested too deeply, or a sequence or choice may occur too many times.'

/**
 * What is put behind a text. It is no XML: a reading that came to its end has told so, and one that was cut off in the
 * middle has not. Xerces itself is silent about the latter, and calls what it has seen valid.
 */
const END = '\n!'
const OF_END = 'comment or processing instruction expected'

/** The first document a schema is asked about. It does not declare it, whatever it declares. */
const PROBE = '<probe xmlns="urn:uuid:3c1f8f2e-5a0e-4d0c-9a53-0f4d6d1f3a17"/>'
const OF_PROBE = "no declaration found for element 'probe'"

/** Compiles a schema; or says what is wrong with it. */
export function compileXsd({ entry, files, targetNamespace }: SchemaFiles): XmlSchema | Fault[] {
  // What compiles for many documents does not tell of faults; what compiles for one does.
  const { [entry]: text = '', ...imports } = files
  const probed = xerces.validate(PROBE + END, { entry: text, imports }, targetNamespace)
  const faults = withoutEnd(probed, PROBE).schemaErrors.filter(
    ({ message, severity }) => message !== OF_PROBE && severity !== 'warning',
  )
  if (faults.length > 0) return faults
  const schema = new xerces.ProjectValidator()
  // It is as good as proven that it compiles: what is missing can only be memory.
  if (!schema.init(entry, files, targetNamespace)) throw outOfMemory()
  return schema
}

/** Where a text is no XML, or breaks its schema. */
export function validateXml(schema: XmlSchema, text: string): Diagnostics {
  return withoutEnd(schema.validate(text + END), text)
}

/** Around everything that is asked of Xerces: once it was cut off wherever it was, its memory cannot be trusted. */
export function guarded<Result>(work: () => Result): Result {
  let result: Result
  try {
    result = work()
  } catch (error) {
    if (error instanceof SpoiltThread) throw error
    if (error instanceof RangeError) throw new SpoiltThread(TOO_DEEP)
    const name = error instanceof Error ? error.name : ''
    if (name === 'RuntimeError') throw new SpoiltThread(`Xerces failed: ${(error as Error).message}.`)
    // C++ throws no Error. All that it throws and does not catch is about memory.
    if (name === 'CppException' || !(error instanceof Error)) throw outOfMemory()
    throw error
  }
  if (isStackSpoilt()) throw new SpoiltThread(TOO_DEEP)
  return result
}

function withoutEnd({ valid, parseErrors, schemaErrors }: Diagnostics, text: string): Diagnostics {
  const lines = linesOf(text)
  return { valid, parseErrors: toEnd(parseErrors, lines), schemaErrors: toEnd(schemaErrors, lines) }
}

/** The faults before the end, if the reading came there, or to one that ends it. */
function toEnd(faults: readonly Fault[], lines: number): Fault[] {
  const last = faults.at(-1)
  if (last?.severity !== 'fatal') throw outOfMemory()
  return last.message === OF_END && last.line > lines ? faults.slice(0, -1) : [...faults]
}

function linesOf(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  // A line may end with \r alone.
  return text.includes('\r') ? lines + [...text.matchAll(/\r(?!\n)/g)].length : lines
}

function outOfMemory(): SpoiltThread {
  return new SpoiltThread('it needed too much memory.', 'ERR_WORKER_OUT_OF_MEMORY')
}
