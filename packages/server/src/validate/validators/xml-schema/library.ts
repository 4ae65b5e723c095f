import { ParseOption, XmlDocument, XmlError, XmlLibError, XsdValidator } from 'libxml2-wasm'
import type { ErrorDetail } from 'libxml2-wasm/lib/libxml2.mjs'
import { SpoiltThread } from '../validator.ts'
import { countPathsAnew } from './error-paths.ts'

/** What libxml2 has to say of a document or schema. */
export type Fault = ErrorDetail

/** Of what it says, the rest are remarks. */
const LEVEL_ERROR = 2

/**
 * Entities are not put in the place of their names, and nothing outside is loaded: no provider of files is registered
 * either, and there is no network in it. Lines are counted beyond 65,535.
 */
const OPTIONS = (ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_SYS_CATALOG |
  ParseOption.XML_PARSE_BIG_LINES) as ParseOption

/** What libxml2 calls an internal error is mostly its own bound on the steps of a pattern. */
const TOO_MUCH = 'the document takes too many steps, or too much memory, by this schema.'

const TOO_DEEP = 'the schema or the document is nested too deeply.'

/** An XML document, to be disposed of, or why it is none; the first fault is what matters. */
export function parseXml(source: Uint8Array | string): XmlDocument | Fault[] {
  return faultsOr(() =>
    typeof source === 'string'
      ? XmlDocument.fromString(source, { option: OPTIONS })
      : XmlDocument.fromBuffer(source, { option: OPTIONS }),
  )
}

/** A schema, to be disposed of, or its faults. */
export function compileXsd(document: XmlDocument): XsdValidator | Fault[] {
  return faultsOr(() => XsdValidator.fromDoc(document))
}

/** Where a document breaks its schema. */
export function validateXml(schema: XsdValidator, document: XmlDocument): Fault[] {
  countPathsAnew()
  const faults = faultsOr(() => {
    schema.validate(document)
    return null
  })
  // Invalid without a fault to tell: never a pass.
  if (faults?.length === 0) throw new Error(TOO_MUCH)
  return faults ?? []
}

/** Around everything that is asked of libxml2: once it was cut off wherever it was, its memory cannot be trusted. */
export function guarded<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) throw new SpoiltThread(TOO_DEEP)
    if (error instanceof Error && error.name === 'RuntimeError') {
      throw new SpoiltThread(`libxml2 failed: ${error.message}.`)
    }
    throw error
  }
}

function faultsOr<Result>(work: () => Result): Result | Fault[] {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    if (!(error instanceof XmlLibError)) throw new Error(TOO_MUCH, { cause: error })
    const faults = error.details.filter(({ level }) => level >= LEVEL_ERROR)
    // How it says that it got no memory: without a word.
    if (faults.some(({ message }) => message === '')) {
      throw new SpoiltThread('it needed too much memory.', 'ERR_WORKER_OUT_OF_MEMORY')
    }
    return faults
  }
}
