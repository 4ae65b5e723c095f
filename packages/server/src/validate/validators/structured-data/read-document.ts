import { LIMITS } from '../../../core/limits.ts'
import { NO_CONTEXT } from './json-ld/context.ts'
import { readJson } from './json-ld/json-text.ts'
import { readRoot, type Reading } from './json-ld/read-node.ts'
import { baseUrlOf, readPage, type Page } from './page/read-page.ts'
import type { OpenedDocument } from './open-document.ts'
import type { VocabularyNotice } from './page/rdfa.ts'
import { jsonRangeOf, type Script } from './page/scripts.ts'
import type { Remarks } from './remarks.ts'
import { quote } from './rules/formats.ts'
import { type Format, type Place, type Thing } from './thing.ts'
import { createThings, TooMuchData, type Things } from './things.ts'

const ROOT: Place = { parent: null, segment: '' }

/** The things of a document, in whatever formats they stand in it; what keeps some of it from being read becomes findings. */
export function readDocument(
  document: OpenedDocument,
  url: string | null,
  formats: readonly Format[],
  remarks: Remarks,
): readonly Thing[] {
  const things = createThings()
  const address = url !== null && URL.canParse(url) ? url : null
  try {
    if (document.kind === 'page') readPageOf(document.page, things, address, remarks)
    else if (formats.includes('json-ld')) {
      const { text } = document
      const source = { text, from: 0, to: text.length, textOffset: 0, scope: 'text', place: ROOT }
      readJsonLd(source, things, address, remarks)
    }
  } catch (error) {
    if (!(error instanceof TooMuchData)) throw error
    tooMuch(remarks, error.message)
  }
  return things.all()
}

function readPageOf(page: Page, things: Things, address: string | null, remarks: Remarks): void {
  const baseUrl = baseUrlOf(page, address)
  readPage(page, things, {
    baseUrl,
    onScript: (script) => readScript(script, things, baseUrl, remarks),
    vocabularyNotice: vocabularyNoticeOf(remarks),
    onTooDeep: (offset) => tooDeep(remarks, offset),
    onUnreadable: (format, offset) => unreadable(remarks, format, offset),
  })
  if (page.fault !== null) {
    const message = `It is not XML, as its content type says: ${page.fault.message} Nothing is read from here on.`
    remarks.add({ severity: 'error', code: 'xml_syntax', message, place: null, offset: page.fault.offset })
  }
  if (page.tooMuch !== null) throw page.tooMuch
}

function readScript(script: Script, things: Things, baseUrl: string | null, remarks: Remarks): void {
  const { index, tagOffset, text, textOffset } = script
  const place = { parent: null, segment: `script[${index}]` }
  const { from, to } = jsonRangeOf(text)
  if (text.slice(from, to).trim() === '') {
    const message = 'This script of type application/ld+json is empty.'
    remarks.add({ severity: 'warning', code: 'script_empty', message, place, offset: tagOffset })
    return
  }
  readJsonLd({ text, from, to, textOffset, scope: `script ${index}`, place }, things, baseUrl, remarks)
}

/** JSON-LD: in part of a text, which in turn stands somewhere in the document. */
interface JsonLdSource {
  text: string
  from: number
  to: number
  textOffset: number
  scope: string
  place: Place
}

function readJsonLd(source: JsonLdSource, things: Things, baseUrl: string | null, remarks: Remarks): void {
  const { text, from, to, textOffset, scope, place } = source
  const read = readJson(text, from, to, LIMITS.structuredJsonDepthMax, (name, offset) =>
    repeated(remarks, place, name, textOffset + offset),
  )
  if ('value' in read) {
    const reading = { things, scope, baseUrl, textOffset, notice: noticesOf(remarks) }
    readRoot(reading, read.value, NO_CONTEXT, place)
    return
  }
  const message = `It is not JSON. ${read.fault.message}`
  const offset = textOffset + read.fault.offset
  remarks.add({ severity: 'error', code: 'json_syntax', message, place, offset })
}

/** Of one text: told once, since the same context may stand at every node. */
function noticesOf(remarks: Remarks): Reading['notice'] {
  const ignored = new Set<string>()
  let hasMissed = false
  return {
    contextIgnored(address, place, offset) {
      if (ignored.has(address) || ignored.size >= LIMITS.findingsMax) return
      ignored.add(address)
      const message = () =>
        `The context ${quote(address)} is ignored, because contexts are never fetched. What only it defines is not judged.`
      remarks.add({ severity: 'warning', code: 'context_ignored', message, place, offset })
    },
    contextMisspelt(address, place, offset) {
      if (ignored.has(address) || ignored.size >= LIMITS.findingsMax) return
      ignored.add(address)
      const message = () =>
        `${quote(address)} is not the address of schema.org's context, so its words mean nothing. Write "https://schema.org".`
      remarks.add({ severity: 'error', code: 'context_misspelt', message, place, offset })
    },
    contextMissing(place, offset) {
      if (hasMissed) return
      hasMissed = true
      const message = 'There is no @context, so its words mean nothing. Add "@context": "https://schema.org".'
      remarks.add({ severity: 'error', code: 'context_missing', message, place, offset })
    },
  }
}

/** Of RDFa: told once, as above. */
function vocabularyNoticeOf(remarks: Remarks): VocabularyNotice {
  const misspelt = new Set<string>()
  let hasMissed = false
  return {
    misspelt(written, offset) {
      if (misspelt.has(written) || misspelt.size >= LIMITS.findingsMax) return
      misspelt.add(written)
      const message = () =>
        `${quote(written)} is not the address of schema.org's vocabulary, so its words mean nothing. Write "https://schema.org/".`
      remarks.add({ severity: 'error', code: 'context_misspelt', message, place: null, offset })
    },
    missing(offset) {
      if (hasMissed) return
      hasMissed = true
      const message =
        'There is a type, but no vocab, so its words mean nothing. Add vocab="https://schema.org/".'
      remarks.add({ severity: 'error', code: 'context_missing', message, place: null, offset })
    },
  }
}

function repeated(remarks: Remarks, place: Place, name: string, offset: number): void {
  const message = () => `${quote(name)} occurs twice in one object: only the last one counts.`
  remarks.add({ severity: 'warning', code: 'member_repeated', message, place, offset, property: name })
}

function tooDeep(remarks: Remarks, offset: number): void {
  const message = `Elements that are nested more than ${LIMITS.structuredTagDepthMax} deep are ignored.`
  remarks.add({ severity: 'warning', code: 'nested_too_deeply', message, place: null, offset })
}

function unreadable(remarks: Remarks, format: Format, offset: number): void {
  const message = `This markup cannot be read as ${format}: neither it nor what follows in that format is judged.`
  remarks.add({ severity: 'warning', code: 'markup_not_readable', message, place: null, offset })
}

function tooMuch(remarks: Remarks, what: string): void {
  const message = `There are ${what}: what follows is not judged.`
  remarks.add({ severity: 'warning', code: 'too_much_data', message, place: null, offset: null })
}
