import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { mayHoldLongNumbers, rawNumber } from '../core/json-numbers.ts'
import { parseText, type ParsedJson, type ParseText } from './json-document.ts'

const require = createRequire(import.meta.url)
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** How often aliases may name what an anchor marks, counted through aliases in aliases: beyond it they are a bomb. */
const ALIASES_MAX = 100

/** RFC 9512 registers the first; the others were in use before. */
const YAML_TYPES: ReadonlySet<string> = new Set([
  'application/yaml',
  'application/x-yaml',
  'text/yaml',
  'text/x-yaml',
])

export function isYaml(contentType: string | null): boolean {
  const [type = ''] = (contentType ?? '').split(';', 1)
  return YAML_TYPES.has(type.trim().toLowerCase())
}

/**
 * Reads a document of YAML 1.2 as the JSON that it stands for: what JSON has no number for (`.nan`, `.inf`) is null.
 * `refused` says in words what is wrong. For worker threads only: the time and memory that a document may take here are
 * bounded by theirs. The parser is loaded at the first one.
 */
export function parseYaml(content: Uint8Array, parse: ParseText = parseText): ParsedJson {
  const yaml = require('yaml') as typeof Yaml
  try {
    // The parser would compare each key of a mapping with each other one.
    const written = utf8.decode(content)
    const intAsBigInt = mayHoldLongNumbers(written)
    const document = yaml.parseDocument(written, { logLevel: 'error', uniqueKeys: false, intAsBigInt })
    const [fault] = document.errors
    const refused = fault === undefined ? repeatedKey(yaml, document) : refusalOf(fault)
    if (refused !== null) return { refused }
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX })
    const text = JSON.stringify(value, intAsBigInt ? writeBigInt : undefined) as string | undefined
    return { value: parse(text ?? 'null') }
  } catch (error) {
    return { refused: error instanceof Error ? refusalOf(error) : 'It cannot be parsed.' }
  }
}

function writeBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawNumber(String(value)) : value
}

function repeatedKey({ isScalar, visit }: typeof Yaml, document: Yaml.Document): string | null {
  const repeated: string[] = []
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<string>()
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : null
        if (name === null) continue
        if (keys.has(name)) repeated.push(name)
        keys.add(name)
      }
    },
  })
  return repeated.length === 0 ? null : `A mapping has the key ${JSON.stringify(repeated[0])} twice.`
}

/** The parser's own words, but for those that speak of a program. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/^Maximum call stack/, 'It is nested too deeply.'],
  [/circular/, 'It holds itself, by an alias in what its anchor marks.'],
  [/^Excessive alias count/, `Its aliases stand for more than ${ALIASES_MAX} copies of what they name.`],
  [/multiple documents/, 'It holds several documents: submit each by itself.'],
  [/encoded data/, 'It is not UTF-8 text.'],
]

function refusalOf({ message }: Error): string {
  const plain = PLAIN.find(([pattern]) => pattern.test(message))
  // The parser shows the place below its first line.
  return plain?.[1] ?? `${(message.split('\n', 1)[0] ?? '').replace(/[:.]$/, '')}.`
}
