import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentSubmission, type Finding } from '../../../core/run.ts'
import { parseNotingNumbers } from '../../exact-numbers.ts'
import { documentOf } from '../document-of.ts'
import { compile } from './judge.ts'

// What the drafts say where libraries disagree; each case as small as it can be.

const OLD = {
  4: 'http://json-schema.org/draft-04/schema#',
  6: 'http://json-schema.org/draft-06/schema#',
  7: 'http://json-schema.org/draft-07/schema#',
} as const
const NEW = {
  2019: 'https://json-schema.org/draft/2019-09/schema',
  2020: 'https://json-schema.org/draft/2020-12/schema',
} as const

interface Config {
  schema: unknown
  schemas?: Record<string, unknown>
  formats?: string
}

async function findingsBy(config: Config, document: unknown): Promise<Finding[] | string> {
  const { value } = parseNotingNumbers(JSON.stringify(config))
  const compiled = await compile(value as Record<string, unknown>)
  if ('refused' in compiled) return compiled.refused.message
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  return compiled.judge(documentOf(documentSubmission(Buffer.from(text)))).findings
}

/** PASS, or the codes of what is found, or why the schema is refused. The document is JSON text. */
async function verdict(
  schema: unknown,
  document: string,
  more: Omit<Config, 'schema'> = {},
): Promise<string> {
  const findings = await findingsBy({ schema, ...more }, document)
  if (typeof findings === 'string') return findings
  return findings.map(({ code }) => code).join(' ') || 'PASS'
}

describe('what stands beside $ref', () => {
  const beside = {
    definitions: { text: { type: 'string' } },
    properties: { a: { $ref: '#/definitions/text', maxLength: 1 } },
  }

  it.each(Object.values(OLD))('is ignored in %s', async ($schema) => {
    expect(await verdict({ $schema, ...beside }, '{"a":"abc"}')).toBe('PASS')
    expect(await verdict({ $schema, ...beside }, '{"a":1}')).toBe('type')
  })

  it.each(Object.values(NEW))('counts in %s', async ($schema) => {
    expect(await verdict({ $schema, ...beside }, '{"a":"abc"}')).toBe('maxLength')
  })

  it('does not even name the schema before 2019-09', async () => {
    const schema = {
      $schema: OLD[7],
      $id: 'http://a.example/root/',
      definitions: {
        x: { $id: 'http://a.example/root/x.json', type: 'string' },
        y: { $id: 'http://a.example/x.json', type: 'number' },
      },
      allOf: [{ $id: 'http://a.example/', $ref: 'x.json' }],
    }
    expect(await verdict(schema, '"a"')).toBe('PASS')
    expect(await verdict(schema, '1')).toBe('type')
  })
})

describe('a pattern', () => {
  it.each(Object.values(OLD))('may be of the older grammar in %s', async ($schema) => {
    expect(await verdict({ $schema, pattern: '^[\\w-.]+\\-x$' }, '"a.b-x"')).toBe('PASS')
    expect(await verdict({ $schema, pattern: '^[\\w-.]+\\-x$' }, '"a b-x"')).toBe('pattern')
    expect(await verdict({ $schema, patternProperties: { '^\\-': { not: {} } } }, '{"-a":1}')).toBe('not')
    expect(await verdict({ $schema, format: 'regex' }, '"[\\\\w-.]"')).toBe('PASS')
    expect(await verdict({ $schema, format: 'regex' }, '"("')).toBe('format')
    expect(await verdict({ $schema, pattern: '(' }, '1')).toMatch(/format "regex"|Invalid regular expression/)
  })

  it('is about characters, not halves of them, in every draft', async () => {
    for (const $schema of [...Object.values(OLD), ...Object.values(NEW)]) {
      expect(await verdict({ $schema, pattern: '^.$' }, '"🐲"')).toBe('PASS')
      expect(await verdict({ $schema, pattern: '^\\p{L}+$' }, '"Zürich"')).toBe('PASS')
    }
  })
})

describe('unevaluatedProperties and unevaluatedItems', () => {
  const known = { if: { properties: { kind: { const: 'a' } }, required: ['kind'] } }

  it.each(Object.values(NEW))('know what an if without then has looked at, in %s', async ($schema) => {
    const schema = { $schema, ...known, unevaluatedProperties: false }
    expect(await verdict(schema, '{"kind":"a"}')).toBe('PASS')
    expect(await verdict(schema, '{"kind":"b"}')).toBe('unevaluatedProperties')
    expect(await verdict(schema, '{"kind":"a","x":1}')).toBe('unevaluatedProperties')
  })

  it('see through references and alternatives, and not into schemas beside them', async () => {
    const schema = {
      $defs: { a: { properties: { a: true } } },
      anyOf: [
        { $ref: '#/$defs/a', required: ['a'] },
        { properties: { b: true }, required: ['b'] },
      ],
      unevaluatedProperties: false,
    }
    expect(await verdict(schema, '{"a":1}')).toBe('PASS')
    expect(await verdict(schema, '{"a":1,"b":2}')).toBe('PASS')
    expect(await verdict(schema, '{"a":1,"c":2}')).toBe('unevaluatedProperties')
    expect(
      await verdict({ allOf: [{ properties: { a: true } }, { unevaluatedProperties: false }] }, '{"a":1}'),
    ).toBe('unevaluatedProperties')
  })

  it('leave the items that contains has found, since 2020-12', async () => {
    const schema = { contains: { type: 'string' }, unevaluatedItems: false }
    expect(await verdict(schema, '["a","b"]')).toBe('PASS')
    expect(await findingsBy({ schema }, '["a",1,2]')).toMatchObject([
      {
        code: 'unevaluatedItems',
        path: '',
        message: 'The document must not have items 1, 2, which no schema allows',
      },
    ])
    expect(await verdict({ ...schema, $schema: NEW[2019] }, '["a"]')).toBe('unevaluatedItems')
  })

  it('tell of nothing that only echoes another fault', async () => {
    const schema = {
      $defs: {
        base: { properties: { a: { type: 'string' }, b: true }, prefixItems: [{ type: 'string' }, true] },
      },
      $ref: '#/$defs/base',
      unevaluatedProperties: false,
      unevaluatedItems: false,
    }
    expect(await verdict(schema, '{"a":1,"b":2}')).toBe('type')
    expect(await verdict(schema, '{"a":1,"b":2,"c":3}')).toBe('type unevaluatedProperties')
    expect(await verdict(schema, '{"a":"x","b":2,"c":3}')).toBe('unevaluatedProperties')
    expect(await verdict(schema, '[1,2]')).toBe('type')
    expect(await verdict(schema, '[1,2,3]')).toBe('type unevaluatedItems')
    const either = {
      anyOf: [
        { properties: { kind: { const: 'a' }, x: true } },
        { properties: { kind: { const: 'b' }, y: true } },
      ],
      unevaluatedProperties: false,
    }
    expect(await verdict(either, '{"kind":"a","x":1}')).toBe('PASS')
    expect(await verdict(either, '{"kind":"a","y":1}')).toBe('unevaluatedProperties')
  })

  it('apply their schema to what is left', async () => {
    expect(
      await verdict(
        { properties: { a: true }, unevaluatedProperties: { type: 'number' } },
        '{"a":"x","b":"y"}',
      ),
    ).toBe('type')
    expect(await verdict({ prefixItems: [true], unevaluatedItems: { type: 'number' } }, '["x",1,"y"]')).toBe(
      'type',
    )
  })
})

describe('references that depend on the way to them', () => {
  /** A tree, of which another schema makes a stricter one. */
  const tree = {
    $id: 'tree',
    $dynamicAnchor: 'node',
    properties: { children: { items: { $dynamicRef: '#node' } } },
  }

  it('$dynamicRef leads to the outermost schema of the name', async () => {
    const strict = {
      $id: 'strict',
      $dynamicAnchor: 'node',
      $ref: 'tree',
      unevaluatedProperties: false,
      $defs: { tree },
    }
    expect(await verdict(strict, '{"children":[{"children":[]}]}')).toBe('PASS')
    expect(await verdict(strict, '{"children":[{"childern":[]}]}')).toBe('unevaluatedProperties')
    expect(await verdict(tree, '{"children":[{"childern":[]}]}')).toBe('PASS')
  })

  it('$recursiveRef does, where the schemas on the way agree', async () => {
    const inner = {
      $id: 'tree',
      $recursiveAnchor: true,
      properties: { children: { items: { $recursiveRef: '#' } } },
    }
    const strict = {
      $schema: NEW[2019],
      $id: 'strict',
      $recursiveAnchor: true,
      $ref: 'tree',
      unevaluatedProperties: false,
      $defs: { inner },
    }
    expect(await verdict(strict, '{"children":[{"children":[]}]}')).toBe('PASS')
    expect(await verdict(strict, '{"children":[{"childern":[]}]}')).toBe('unevaluatedProperties')
    const lax = { ...strict, $recursiveAnchor: false }
    expect(await verdict(lax, '{"children":[{"childern":[]}]}')).toBe('PASS')
  })
})

describe('addresses', () => {
  it.each(Object.values(NEW))('are relative to the $id around them, however deep, in %s', async ($schema) => {
    const inner = { properties: { bar: { type: 'string' } } }
    const schema = {
      $schema,
      $id: 'http://a.example/dir/a.json',
      properties: { foo: { $ref: 'b.json' } },
      $defs: { b: { $id: 'b.json', $defs: { inner }, $ref: '#/$defs/inner' } },
    }
    expect(await verdict(schema, '{"foo":{"bar":"x"}}')).toBe('PASS')
    expect(await verdict(schema, '{"foo":{"bar":1}}')).toBe('type')
  })

  it('in data are no addresses', async () => {
    const schema = {
      $defs: { real: { $id: 'http://a.example/x', type: 'string' } },
      enum: ['a', { $id: 'http://a.example/x', type: 'number' }],
      examples: [{ $id: 'http://a.example/x', type: 'null' }],
      $ref: 'http://a.example/x',
    }
    expect(await verdict(schema, '"a"')).toBe('PASS')
    expect(await verdict(schema, '{"$id":"http://a.example/x","type":"number"}')).toBe('type')
  })
})

describe('names that every object of JavaScript has', () => {
  it.each([{}, { $dynamicAnchor: 'here' }])('change no comparison (%j)', async (more) => {
    for (const name of ['toString', 'constructor', '__proto__']) {
      for (const value of ['1', '{"a":1}']) {
        const document = `{"${name}":${value}}`
        const equal = JSON.parse(document) as unknown
        expect(await verdict({ ...more, const: equal }, document)).toBe('PASS')
        expect(await verdict({ ...more, enum: [1, equal] }, document)).toBe('PASS')
        expect(await verdict({ ...more, enum: [{}, { a: 1 }] }, document)).toBe('enum')
        expect(await verdict({ ...more, const: {} }, document)).toBe('const')
        expect(await verdict({ ...more, uniqueItems: true }, `[${document},{},${document}]`)).toBe(
          'uniqueItems',
        )
        expect(await verdict({ ...more, uniqueItems: true }, `[${document},{}]`)).toBe('PASS')
      }
    }
  })

  it.each([OLD[4], OLD[7], NEW[2019], NEW[2020]])('are names like any other in %s', async ($schema) => {
    for (const more of [{}, $schema === NEW[2020] ? { $dynamicAnchor: 'here' } : {}]) {
      const properties = JSON.parse('{"__proto__":{"type":"number"},"toString":{"type":"number"}}') as object
      const schema = { $schema, ...more, properties, required: ['constructor'], additionalProperties: false }
      expect(await verdict(schema, '{"__proto__":1,"toString":1}')).toBe('required')
      expect(
        (await verdict(schema, '{"__proto__":"a","toString":"a","constructor":1}')).split(' ').sort(),
      ).toEqual(['additionalProperties', 'type', 'type'])
    }
  })

  it('name nothing that a reference could lead to', async () => {
    expect(
      await verdict({ $dynamicAnchor: 'here', properties: { a: { $ref: '#toString' } } }, '{}'),
    ).toContain("can't resolve")
  })
})

describe('other schemas', () => {
  const address = { $id: 'https://a.example/address.json', required: ['city'] }

  it.each([OLD[4], OLD[6], OLD[7], NEW[2019], NEW[2020]])(
    'are found by the address they are given, in %s',
    async ($schema) => {
      const schema = { $schema, properties: { to: { $ref: 'https://a.example/address.json' } } }
      const schemas = { 'https://a.example/address.json': { required: ['city'] } }
      expect(await verdict(schema, '{"to":{"city":"Bern"}}', { schemas })).toBe('PASS')
      expect(await verdict(schema, '{"to":{}}', { schemas })).toBe('required')
    },
  )

  it('may stand at addresses without a host, and refer to each other', async () => {
    const schemas = {
      'address.json': { properties: { zip: { $ref: 'zip.json#/$defs/zip' } } },
      'zip.json': { $defs: { zip: { type: 'string' } } },
    }
    expect(await verdict({ $ref: 'address.json' }, '{"zip":1}', { schemas })).toBe('type')
    expect(await verdict({ $ref: 'address.json' }, '{"zip":"1"}', { schemas })).toBe('PASS')
  })

  it('are known by their $id, too', async () => {
    expect(
      await verdict({ $ref: 'https://a.example/address.json' }, '{}', { schemas: { 'a.json': address } }),
    ).toBe('required')
  })

  it("are the drafts' own without being given", async () => {
    for (const $schema of [...Object.values(OLD), ...Object.values(NEW)]) {
      expect(await verdict({ $schema, allOf: [{ $ref: $schema }] }, '{"type":"string"}')).toBe('PASS')
      expect(await verdict({ $schema, allOf: [{ $ref: $schema }] }, '{"minLength":-1}')).toContain('minimum')
    }
  })

  it('say which vocabularies there are, when $schema names one', async () => {
    const meta = (vocabulary: object) => ({
      'https://a.example/meta': { $schema: NEW[2020], $vocabulary: vocabulary },
    })
    const core = {
      'https://json-schema.org/draft/2020-12/vocab/core': true,
      'https://json-schema.org/draft/2020-12/vocab/applicator': true,
    }
    const schema = { $schema: 'https://a.example/meta', properties: { a: { minimum: 1 }, b: false } }
    expect(await verdict(schema, '{"a":0}', { schemas: meta(core) })).toBe('PASS')
    expect(await verdict(schema, '{"b":0}', { schemas: meta(core) })).toBe('false_schema')
    expect(
      await verdict(schema, '{}', { schemas: meta({ ...core, 'https://a.example/vocab': true }) }),
    ).toContain('is not known here')
    expect(await verdict(schema, '{}')).toContain('$schema must be one of')
  })
})

describe('a format', () => {
  it('is enforced, unless the step says otherwise', async () => {
    for (const schema of [
      { format: 'email' },
      { format: 'email', unevaluatedItems: false },
      { $schema: OLD[7], format: 'email' },
    ]) {
      expect(await verdict(schema, '"nobody"')).toBe('format')
      expect(await verdict(schema, '"nobody"', { formats: 'enforced' })).toBe('format')
      expect(await verdict(schema, '"nobody"', { formats: 'ignored' })).toBe('PASS')
    }
  })
})

describe('numbers that a double does not hold', () => {
  it('are themselves in what references and alternatives lead to', async () => {
    const judge = async (schema: string, document: string): Promise<number> => {
      const { value } = parseNotingNumbers(
        `{"schema":{"unevaluatedProperties":{"$ref":"#/$defs/n"},"$defs":{"n":${schema}}}}`,
      )
      const compiled = await compile(value as Record<string, unknown>)
      if ('refused' in compiled) throw new Error(compiled.refused.message)
      return compiled.judge(documentOf(documentSubmission(Buffer.from(document)))).counts.error
    }
    expect(await judge('{"const":9007199254740993}', '{"a":9007199254740993}')).toBe(0)
    expect(await judge('{"const":9007199254740993}', '{"a":9007199254740992}')).toBe(1)
    expect(await judge('{"const":9007199254740992}', '{"a":9007199254740993}')).toBe(1)
    expect(
      await judge('{"items":{"enum":[175928847299117063]}}', '{"a":[175928847299117063,175928847299117056]}'),
    ).toBe(1)
    expect(
      await judge('{"prefixItems":[true,{"maximum":9007199254740992}]}', '{"a":[1,9007199254740993]}'),
    ).toBe(1)
    expect(await judge('{"uniqueItems":true}', '{"a":[9007199254740992,9007199254740993]}')).toBe(0)
    expect(await judge('{"multipleOf":0.01}', '{"a":19.99,"b":175928847299117063}')).toBe(0)
    expect(await judge('{"propertyNames":{"const":"x"}}', '{"a":{"x":9007199254740993}}')).toBe(0)
  })
})

describe('a reference', () => {
  it('never opens a socket or a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sealpost-test-'))
    const file = join(directory, 'a.schema.json')
    writeFileSync(file, JSON.stringify({ $schema: NEW[2020], type: 'string' }))
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const targets = [
        `http://${origin}/a.json`,
        `https://${origin}/a.json`,
        `//${origin}/a.json`,
        pathToFileURL(file).href,
        file,
        'a.schema.json',
      ]
      for (const target of targets) {
        for (const $schema of Object.values(NEW)) {
          expect(await verdict({ $schema, $ref: target }, '1')).toContain('never fetched')
          const $id = pathToFileURL(join(directory, 'b.schema.json')).href
          expect(await verdict({ $schema, $id, $ref: target }, '1')).toContain('never fetched')
        }
        expect(await verdict({ $schema: OLD[7], allOf: [{ $ref: target }] }, '1')).toContain('never fetched')
        expect(await verdict({ $dynamicRef: target }, '1')).toContain('never fetched')
        expect(await verdict({ $schema: target }, '1')).toContain('$schema must be one of')
      }
      expect(connections).toBe(0)
      // A socket would have been seen.
      await fetch(`http://${origin}/a.json`).catch(() => undefined)
      expect(connections).toBe(1)
    } finally {
      server.close()
      rmSync(directory, { recursive: true })
    }
  })
})

describe('the two libraries', () => {
  const leaf = fc.constantFrom<object | boolean>(
    true,
    false,
    { type: 'string' },
    { type: ['number', 'null'] },
    { minimum: 1 },
    { const: 'a' },
    { enum: [1, 'b', {}] },
    { required: ['a'] },
    { maxItems: 1 },
    { uniqueItems: true },
    { minProperties: 2 },
  )
  const { schema } = fc.letrec<{ schema: object | boolean }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc
        .dictionary(fc.constantFrom('a', 'b', 'toString'), tie('schema'))
        .map((properties) => ({ properties })),
      tie('schema').map((items) => ({ items })),
      tie('schema').map((not) => ({ not })),
      tie('schema').map((contains) => ({ contains })),
      tie('schema').map((propertyNames) => ({ propertyNames })),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((allOf) => ({ allOf })),
      fc
        .array(tie('schema'), { minLength: 1, maxLength: 3 })
        .map((prefixItems) => ({ prefixItems, items: false })),
      fc
        .tuple(tie('schema'), tie('schema'), tie('schema'))
        .map(([one, two, three]) => ({ if: one, then: two, else: three })),
      fc
        .tuple(tie('schema'), tie('schema'))
        .map(([one, two]) => ({ properties: { a: one }, additionalProperties: two })),
      fc
        .tuple(tie('schema'), tie('schema'))
        .map(([one, two]) => ({ patternProperties: { '^[ab]': one }, dependentSchemas: { a: two } })),
    ),
  }))
  const value = fc.jsonValue({ maxDepth: 3 })
  const document = fc.oneof(
    value,
    fc.dictionary(fc.constantFrom('a', 'b', 'toString', 'c'), value),
    fc.array(fc.constantFrom(1, 'a', 'b', null, {})),
  )

  it('find the same, with the same words in the same places', async () => {
    const told = (findings: Finding[] | string): string[] | string =>
      typeof findings === 'string'
        ? findings
        : findings.map(({ code, path, message }) => `${code} ${path} ${message}`).sort()
    await fc.assert(
      fc.asyncProperty(schema, document, async (each, judged) => {
        const wrapped = { allOf: [each] }
        const byAjv = await findingsBy({ schema: wrapped }, JSON.stringify(judged))
        const byOther = await findingsBy(
          { schema: { ...wrapped, $dynamicAnchor: 'here' } },
          JSON.stringify(judged),
        )
        expect(told(byOther)).toEqual(told(byAjv))
      }),
      { numRuns: 60 },
    )
  })
})
