import draft04Module from 'ajv-draft-04'
import formatsModule from 'ajv-formats'
import { Ajv, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft06MetaSchema from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import { exactKeywords, multipleOfKeyword } from './exact-keywords.ts'

/**
 * A schema comes from a user and may be hostile. `ownProperties` keeps `__proto__` and its kin from being found where a
 * document has no such property; without a `loadSchema` a remote `$ref` is an error and never a request.
 */
const OPTIONS: Options = { allErrors: true, ownProperties: true, strict: false, logger: false }

/** What all of ajv's engines are: one class a draft, and one class above them. */
type Engine = ReturnType<typeof formatsModule.default>

const DRAFT_04 = 'http://json-schema.org/draft-04/schema'

export type JsonSchema = Record<string, unknown> | boolean

/** A draft of JSON Schema. */
export interface Dialect {
  /** Its URI in the form that ajv knows. */
  uri: string
  /** What is wrong with a schema by the draft's own meta-schema, in words; null when nothing is. */
  faultsOf(schema: JsonSchema): string | null
  /**
   * Throws when the schema cannot be compiled. Only for one without faults. `exact` is for numbers that a double does not
   * hold, in the schema or in a document; see exact-keywords.ts.
   */
  compile(schema: JsonSchema, exact: boolean): ValidateFunction
}

/**
 * Each schema is compiled by an engine of its own, because schemas of different owners may bear the same `$id`. Checking
 * one leaves nothing behind, so all share an engine there: compiling the meta-schema anew for each schema took 20 ms,
 * compiling the schema 2 ms.
 */
function dialect(uri: string, create: (options: Options) => Engine): Dialect {
  let checker: Engine | undefined
  return {
    uri,
    faultsOf(schema) {
      checker ??= formatsModule.default(create(OPTIONS))
      if (checker.validateSchema(schema) === true) return null
      const faults = new Set(
        checker.errors?.map(({ instancePath, message }) => `schema${instancePath} ${message ?? ''}`),
      )
      return [...faults].slice(0, FAULTS_SHOWN).join('; ')
    },
    compile(schema, exact) {
      const engine = formatsModule.default(create({ ...OPTIONS, validateSchema: false }))
      const replaced = exact ? [multipleOfKeyword, ...exactKeywords(uri === DRAFT_04)] : [multipleOfKeyword]
      for (const definition of replaced)
        engine.removeKeyword(String(definition.keyword)).addKeyword(definition)
      return engine.compile(schema)
    },
  }
}

/** One slip in a schema makes several errors of its meta-schema, some of them the same. */
const FAULTS_SHOWN = 3

/** Newest first. */
const DIALECTS: readonly [Dialect, ...Dialect[]] = [
  dialect('https://json-schema.org/draft/2020-12/schema', (options) => new Ajv2020(options)),
  dialect('https://json-schema.org/draft/2019-09/schema', (options) => new Ajv2019(options)),
  dialect('http://json-schema.org/draft-07/schema', (options) => new Ajv(options)),
  dialect('http://json-schema.org/draft-06/schema', (options) =>
    new Ajv(options).addMetaSchema(draft06MetaSchema),
  ),
  dialect(DRAFT_04, (options) => new draft04Module.default(options)),
]

/** The drafts that `$schema` may name. */
export const DIALECT_URIS: readonly string[] = DIALECTS.map(({ uri }) => uri)

/**
 * The draft that a schema is written in; null when its `$schema` is none of `DIALECT_URIS`.
 *
 * A schema without `$schema` is read as the newest draft, as the specification advises. Where the drafts differ the
 * newest one refuses what an older one meant (`items` as a list), while an older one would silently ignore what the
 * newest means (`prefixItems`, `unevaluatedProperties`): an error beats a rule that never applies.
 */
export function dialectOfSchema(schema: JsonSchema): Dialect | null {
  if (typeof schema === 'boolean' || !Object.hasOwn(schema, '$schema')) return DIALECTS[0]
  const named = schema['$schema']
  return DIALECTS.find(({ uri }) => typeof named === 'string' && bare(uri) === bare(named)) ?? null
}

/** People write draft URIs with http or https, with or without the empty fragment. */
function bare(uri: string): string {
  return uri.replace(/^https?:/, '').replace(/#$/, '')
}
