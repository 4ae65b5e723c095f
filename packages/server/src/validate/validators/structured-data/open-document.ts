import type { JudgedDocument } from '../validator.ts'
import { parseHtml } from './page/parse-html.ts'
import { parseXhtml } from './page/parse-xhtml.ts'
import type { Page } from './page/read-page.ts'
import type { Wanted } from './page/tree.ts'
import { decode, encodingIn, kindOf, readJsonText, readPageText } from './read-text.ts'
import type { Format } from './thing.ts'

/** A document whose bytes have become what they are. */
export type OpenedDocument = { kind: 'json'; text: string } | { kind: 'page'; text: string; page: Page }

/** Null when the document is of no kind that can hold structured data. */
export function openDocument(
  { content, contentType }: Pick<JudgedDocument, 'content' | 'contentType'>,
  formats: readonly Format[],
): OpenedDocument | null {
  const kind = kindOf(contentType, content)
  if (kind === 'unknown') return null
  if (kind === 'json') return { kind, text: readJsonText(content, contentType) }
  const wanted: Wanted = {
    scripts: formats.includes('json-ld'),
    microdata: formats.includes('microdata'),
    rdfa: formats.includes('rdfa'),
  }
  const page =
    kind === 'html' ? openHtml(content, contentType, wanted) : openXhtml(content, contentType, wanted)
  return { kind: 'page', text: page.text, page }
}

/** Read once more when a `<meta>` far down says that it is in another encoding, as browsers do. */
function openHtml(content: Uint8Array, contentType: string | null, wanted: Wanted): Page {
  const { text, encoding, isCertain } = readPageText(content, contentType, false)
  const { metas, ...parsed } = parseHtml(text, wanted)
  const page = { text, isXhtml: false, fault: null, ...parsed }
  const late = isCertain ? null : encodingIn(metas)
  if (late === null || late === encoding) return page
  const again = decode(content, late)
  const { tree, tooMuch } = parseHtml(again, wanted)
  return { ...page, text: again, tree, tooMuch }
}

function openXhtml(content: Uint8Array, contentType: string | null, wanted: Wanted): Page {
  const { text } = readPageText(content, contentType, true)
  return { text, isXhtml: true, ...parseXhtml(text, wanted) }
}
