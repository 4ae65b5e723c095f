import { isType, shortNameOf } from './vocabulary.ts'
import { mistakesBetween } from '../../../../core/nearest.ts'

/** What was meant by an IRI or address that looks like one of schema.org's and is none. */
export interface Misspelt {
  /** As it stands in the document. */
  written: string
  /** The short name; null when it names nothing, such as the bare address of schema.org in place of a type. */
  name: string | null
}

const HOST = 'schema.org'
/** Letters of the host that may be wrong: `shema.org`, `schemas.org`, `schemaorg`. */
const HOST_MISTAKES_MAX = 2
const CHARACTERS_MAX = 200
/** A scheme, or what is left of one: `https//`, `http:/`. */
const SCHEME = /^(?:[a-z]{2,6}:\/*|[a-z]{2,6}\/\/+|\/+)/i

/** Null for what does not look like schema.org's, and for what is schema.org's. */
export function misspeltName(iri: string): Misspelt | null {
  const written = unwrap(iri)
  if (written.length > CHARACTERS_MAX || (written === iri && shortNameOf(iri) !== null)) return null
  if (written !== iri && isBareName(written)) return { written, name: written.replace(/^schema:/i, '') }
  const [host = '', ...path] = written
    .trim()
    .replace(SCHEME, '')
    .split(/[/?#]+/)
  if (!isLikeHost(host)) return null
  const name = path.filter((segment) => segment !== '').at(-1)
  return { written, name: name !== undefined && /^[A-Za-z0-9_-]+$/.test(name) ? name : null }
}

/** Whether it looks like an address at schema.org, be it right or wrong. */
export function looksLikeSchemaOrg(address: string): boolean {
  if (address.length > CHARACTERS_MAX) return false
  return isLikeHost(address.trim().replace(SCHEME, '').split(/[/?#]/)[0] ?? '')
}

function isLikeHost(given: string): boolean {
  const host = given
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '')
    .replace(/:\d*$/, '')
  if (host === HOST || host.endsWith(`.${HOST}`)) return true
  if (!host.startsWith('sch') && !host.startsWith('sh')) return false
  return mistakesBetween(host, HOST, HOST_MISTAKES_MAX) <= HOST_MISTAKES_MAX
}

const WRAPPER = 'https://schema.org/?misspelt='

/**
 * The types of an item as the Microdata parser takes them: it leaves out what is no absolute IRI, and takes the properties
 * for those of whatever folder the first type is in.
 */
export function microdataTypes(itemtype: string): string {
  return itemtype
    .split(/[\t\n\f\r ]+/)
    .map((type) => (isBareName(type) || misspeltName(type) !== null ? wrap(type) : type))
    .join(' ')
}

/** A name that would do elsewhere: in Microdata nothing says whose it is. */
function isBareName(type: string): boolean {
  return isType(type) || /^schema:[A-Za-z0-9]+$/i.test(type)
}

function wrap(type: string): string {
  return WRAPPER + encodeURIComponent(type.toWellFormed())
}

function unwrap(iri: string): string {
  if (iri.startsWith(WRAPPER)) return decodeURIComponent(iri.slice(WRAPPER.length))
  // As JSON-LD and RDFa have it: an address without its scheme, behind that of the vocabulary.
  const [, rest] = /^https?:\/\/schema\.org\/(.*)$/s.exec(iri) ?? []
  return rest !== undefined && looksLikeSchemaOrg(rest) ? rest : iri
}
