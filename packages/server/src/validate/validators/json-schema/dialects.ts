import draft04Module from 'ajv-draft-04'
import formatsModule from 'ajv-formats'
import { Ajv, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft06MetaSchema from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import { ourKeywords } from './exact-keywords.ts'
import { mendForAjv } from './mend-for-ajv.ts'
import { compilePattern, isPattern } from './patterns.ts'
import { faultsInWords } from './schema-faults.ts'
import { isObject, type JsonSchema, type SchemaObject } from './schemas-in.ts'

/**
 * A schema comes from a user and may be hostile. `ownProperties` keeps `__proto__` and its kin from being found where a
 * document has no such property; without a `loadSchema` a remote `$ref` is an error and never a request.
 */
const OPTIONS: Options = { allErrors: true, ownProperties: true, strict: false, logger: false }

/** What all of ajv's engines are: one class a draft, and one class above them. */
type Engine = ReturnType<typeof formatsModule.default>

/** How a schema is to be compiled. */
export interface CompileOptions {
  /** For numbers that a double does not hold, in the schema or in a document; see exact-keywords.ts. */
  isExact: boolean
  /** Whether a value that is not in its `format` is an error. */
  enforcesFormats: boolean
  /** Schemas that may be referred to, by their addresses. */
  others: ReadonlyMap<string, JsonSchema>
}

/** A draft of JSON Schema. */
export interface Dialect {
  /** Its URI in the form that ajv knows. */
  uri: string
  /** Where the next drafts differ: they read keywords beside `$ref`, and know vocabularies, `unevaluated…` and dynamic references. */
  hasVocabularies: boolean
  /** What is wrong with a schema by the draft's own meta-schema, in words; null when nothing is. */
  faultsOf(schema: JsonSchema): string | null
  /** Throws when the schema cannot be compiled. Only for one without faults. */
  compile(schema: JsonSchema, options: CompileOptions): ValidateFunction
  /** The draft's own meta-schema, and those of its vocabularies. */
  metaSchemas(): SchemaObject[]
  /** Several schemas of one owner by one engine; none refers to another. */
  compiler(options: Omit<CompileOptions, 'others'>): (schema: JsonSchema) => ValidateFunction
}

const DRAFT_04 = 'http://json-schema.org/draft-04/schema'

/**
 * Each schema is compiled by an engine of its own, because schemas of different owners may bear the same `$id`. Checking
 * one leaves nothing behind, so all share an engine there: compiling the meta-schema anew for each schema took 20 ms,
 * compiling the schema 2 ms.
 */
function dialect(uri: string, hasVocabularies: boolean, create: (options: Options) => Engine): Dialect {
  let checker: Engine | undefined

  function engineWith(options: Options): Engine {
    if (hasVocabularies) return formatsModule.default(create({ ...OPTIONS, ...options }))
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the one way to have ajv ignore what stands beside $ref
    const old: Options = { ignoreKeywordsWithRef: true, code: { regExp: compilePattern } }
    const engine = formatsModule.default(create({ ...OPTIONS, ...old, ...options }))
    return engine.addFormat('regex', isPattern)
  }

  function engineFor({ isExact, enforcesFormats }: Omit<CompileOptions, 'others'>): Engine {
    const engine = engineWith({ validateSchema: false, validateFormats: enforcesFormats })
    for (const definition of ourKeywords(isExact, uri === DRAFT_04))
      engine.removeKeyword(String(definition.keyword)).addKeyword(definition)
    return engine
  }

  return {
    uri,
    hasVocabularies,
    faultsOf(schema) {
      checker ??= engineWith({})
      if (checker.validateSchema(schema) === true) return null
      return faultsInWords(checker.errors ?? [], schema)
    },
    compile(schema, options) {
      const engine = engineFor(options)
      for (const [address, other] of options.others) {
        // The meta-schemas are there already.
        if (findDialect(address) === null) engine.addSchema(mendForAjv(other, !hasVocabularies), address)
      }
      return engine.compile(mendForAjv(schema, !hasVocabularies))
    },
    metaSchemas() {
      return Object.values(engineWith({}).schemas)
        .map((meta): unknown => meta?.schema)
        .filter(isObject)
    },
    compiler(options) {
      const engine = engineFor(options)
      return (schema) => engine.compile(mendForAjv(schema, !hasVocabularies))
    },
  }
}

/** Newest first. */
const DIALECTS: readonly [Dialect, ...Dialect[]] = [
  dialect('https://json-schema.org/draft/2020-12/schema', true, (options) => new Ajv2020(options)),
  dialect('https://json-schema.org/draft/2019-09/schema', true, (options) => new Ajv2019(options)),
  dialect('http://json-schema.org/draft-07/schema', false, (options) => new Ajv(options)),
  dialect('http://json-schema.org/draft-06/schema', false, (options) =>
    new Ajv(options).addMetaSchema(draft06MetaSchema),
  ),
  dialect(DRAFT_04, false, (options) => new draft04Module.default(options)),
]

/** The drafts that `$schema` may name. */
export const DIALECT_URIS: readonly string[] = DIALECTS.map(({ uri }) => uri)

/**
 * The draft of a schema that does not say: the newest, as the specification advises. Where the drafts differ the newest one
 * refuses what an older one meant (`items` as a list), while an older one would silently ignore what the newest means
 * (`prefixItems`, `unevaluatedProperties`): an error beats a rule that never applies.
 */
export const NEWEST_DIALECT: Dialect = DIALECTS[0]

/** The draft that a `$schema` names; null when it is none of `DIALECT_URIS`. */
export function findDialect(named: unknown): Dialect | null {
  return DIALECTS.find(({ uri }) => typeof named === 'string' && bare(uri) === bare(named)) ?? null
}

/** People write draft URIs with http or https, with or without the empty fragment. */
function bare(uri: string): string {
  return uri.replace(/^https?:/, '').replace(/#$/, '')
}
