import { LIMITS } from '../../../core/limits.ts'

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const XSI_PREFIX = new RegExp(`xmlns:([^\\s=<>"']+)\\s*=\\s*["']${XSI}["']`, 'g')
const LOCATION =
  /(?<=\s)([^\s=<>"':]+):(?:schemaLocation|noNamespaceSchemaLocation)\s*=\s*(?:"[^"]*"|'[^']*')/g

const NIL = /(?<=\s)([^\s=<>"':]+):nil\s*=\s*["']\s*([01])\s*["']/g

export type Scan =
  /** What may be given to the parser. It has the lines of the document, and nearly always its columns. */
  { kind: 'text'; text: string } | { kind: 'doctype'; offset: number } | { kind: 'too_deep'; offset: number }

/**
 * Looks over the tags of a document before the parser reads it, which takes time in the square of its depth, would follow
 * its entities, and would look for the schemas that it names. What is no XML ends the look: the parser will say so.
 */
export function scanXml(text: string): Scan {
  const prefixes = /chemaLocation|:nil/.test(text)
    ? new Set([...text.matchAll(XSI_PREFIX)].map(([, prefix]) => prefix))
    : null
  const pieces: string[] = []
  let copied = 0
  let depth = 0
  for (let start = text.indexOf('<'); start >= 0;) {
    const end = endOf(text, start)
    if (end < 0) break
    const second = text.charCodeAt(start + 1)
    if (second === BANG) {
      if (text.startsWith('<!DOCTYPE', start)) return { kind: 'doctype', offset: start }
    } else if (second === SLASH) {
      depth--
    } else if (second !== QUESTION) {
      if (text.charCodeAt(end - 2) !== SLASH) depth++
      if (depth > LIMITS.xmlDepthMax) return { kind: 'too_deep', offset: end }
      if (prefixes !== null) {
        pieces.push(text.slice(copied, start), amended(text.slice(start, end), prefixes))
        copied = end
      }
    }
    start = text.indexOf('<', end)
  }
  return { kind: 'text', text: copied === 0 ? text : pieces.join('') + text.slice(copied) }
}

const BANG = 0x21
const SLASH = 0x2f
const QUESTION = 0x3f
const GREATER = 0x3e
const QUOTE = 0x22
const APOSTROPHE = 0x27

/** The offset behind the tag, comment or the like that begins at `start`; -1 when it does not end. */
function endOf(text: string, start: number): number {
  if (text.startsWith('<!--', start)) return behind(text, '-->', start + 4)
  if (text.startsWith('<![CDATA[', start)) return behind(text, ']]>', start + 9)
  if (text.startsWith('<?', start)) return behind(text, '?>', start + 2)
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === GREATER) return at + 1
    if (code === QUOTE || code === APOSTROPHE) {
      at = text.indexOf(text.charAt(at), at + 1)
      if (at < 0) return -1
    }
  }
  return -1
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? -1 : at + mark.length
}

/**
 * The tag with blanks where it names schemas to load: a document is judged by the schema of the workflow alone. And `xsi:nil` as
 * the parser knows it: true or false.
 */
function amended(tag: string, prefixes: ReadonlySet<string | undefined>): string {
  if (!/chemaLocation|:nil/.test(tag)) return tag
  return tag
    .replace(LOCATION, (attribute, prefix: string) =>
      prefixes.has(prefix) ? attribute.replaceAll(/[^\r\n]/g, ' ') : attribute,
    )
    .replace(NIL, (attribute, prefix: string, value: string) =>
      prefixes.has(prefix) ? `${prefix}:nil="${value === '1' ? 'true' : 'false'}"` : attribute,
    )
}
