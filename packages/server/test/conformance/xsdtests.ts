import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { SaxesParser } from 'saxes'
import { systemClock } from '../../src/core/clock.ts'
import { documentSubmission } from '../../src/core/run.ts'
import type { Step } from '../../src/core/workflow.ts'
import { createValidatorPool, type ValidatorPool } from '../../src/validate/pool.ts'
import { readXml } from '../../src/validate/validators/xml-schema/read-xml.ts'
import type { Disagreement, Part, Suite } from './suite.ts'

/**
 * The W3C's tests of XML Schema 1.0 that judge one document by one schema which is valid. NIST's are left out, whose list is
 * too large for some copies, and those of the suite's own lists, whose schema imports another by its address.
 */
export const xsdtests: Suite = {
  name: 'xsdtests',
  repository: 'https://github.com/w3c/xsdtests',
  licence: 'W3C Test Suite Licence',
  async run(path) {
    const pool = createValidatorPool({
      threads: 1,
      timeoutMs: 30_000,
      memoryMb: 128,
      clock: systemClock,
    })
    try {
      const tests = testsIn(path)
      return [
        await judged(
          pool,
          path,
          'one schema',
          tests.filter(({ schemas }) => schemas === null),
        ),
        await judged(
          pool,
          path,
          'schemas that refer to others',
          tests.filter(({ schemas }) => schemas !== null),
        ),
      ]
    } finally {
      await pool.close()
    }
  },
}

interface XsdTest {
  document: string
  schema: string
  /** What the schema includes or imports, by name; null when it does not. */
  schemas: Record<string, string> | null
  isValid: boolean
}

interface Listed {
  version: string
  documents: string[]
  validity: Map<string, string>
}

interface Group {
  version: string
  schemas: Listed[]
  instances: Listed[]
}

async function judged(
  pool: ValidatorPool,
  path: string,
  name: string,
  tests: readonly XsdTest[],
): Promise<Part> {
  const disagreements: Disagreement[] = []
  for (const { document, schema, schemas, isValid } of tests) {
    const config = {
      schema: textOf(schema),
      ...(schemas === null ? {} : { schemas }),
    }
    const step: Step = {
      type: 'xml-schema',
      name: 'Test',
      failureMode: 'blocking',
      config,
    }
    const judging = {
      organizationId: 1,
      steps: [step],
      purpose: 'run' as const,
    }
    const { result } = await pool.judge(judging, documentSubmission(readFileSync(document)))
    if (result === (isValid ? 'PASS' : 'FAIL')) continue
    const kind = result === 'PASS' ? 'false_pass' : result === 'FAIL' ? 'false_fail' : 'refused'
    disagreements.push({
      test: `${relative(path, document)} by ${basename(schema)}`,
      kind,
    })
  }
  return { name, tests: tests.length, disagreements }
}

function testsIn(path: string): XsdTest[] {
  const sets = [...readFileSync(join(path, 'suite.xml'), 'utf8').matchAll(/testSetRef[^>]*href="([^"]*)"/g)]
  return sets
    .map(([, set = '']) => join(path, set))
    .filter((file) => existsSync(file) && !/introspection|NISTXMLSchemaDatatypes/.test(file))
    .flatMap((file) => groupsIn(file).flatMap(testsOf))
}

function testsOf({ version, schemas, instances }: Group): XsdTest[] {
  const [schema, another] = schemas.filter((each) => is10(each.version))
  const [file, more] = schema?.documents ?? []
  if (another !== undefined || more !== undefined || !is10(version)) return []
  if (schema === undefined || file === undefined || !existsSync(file) || validityOf(schema) !== 'valid')
    return []
  return instances
    .filter((instance) => is10(instance.version) && existsSync(instance.documents[0] ?? ''))
    .filter((instance) => ['valid', 'invalid'].includes(validityOf(instance) ?? ''))
    .map((instance) => ({
      document: instance.documents[0] ?? '',
      schema: file,
      schemas: othersOf(file),
      isValid: validityOf(instance) === 'valid',
    }))
}

/** A test of no version is one of every version. */
function is10(version: string): boolean {
  return version === '' || version.split(' ').includes('1.0')
}

function validityOf({ validity }: Listed): string | undefined {
  return validity.get('1.0') ?? validity.get('')
}

function groupsIn(file: string): Group[] {
  const groups: Group[] = []
  const parser = new SaxesParser({ xmlns: true })
  let setVersion = ''
  let listed: Listed | undefined
  parser.on('opentag', ({ local, attributes }) => {
    const of = (name: string) => Object.values(attributes).find((each) => each.local === name)?.value ?? ''
    const group = groups.at(-1)
    if (local === 'testSet') setVersion = of('version')
    if (local === 'testGroup') groups.push({ version: of('version'), schemas: [], instances: [] })
    if (local === 'schemaTest' || local === 'instanceTest') {
      listed = { version: of('version'), documents: [], validity: new Map() }
      group?.[local === 'schemaTest' ? 'schemas' : 'instances'].push(listed)
    }
    if (local === 'schemaDocument' || local === 'instanceDocument') {
      listed?.documents.push(resolve(dirname(file), of('href')))
    }
    if (local === 'expected') {
      for (const version of of('version').split(' ')) listed?.validity.set(version, of('validity'))
    }
  })
  parser.write(readFileSync(file, 'utf8')).close()
  return is10(setVersion) ? groups : []
}

/** A schema is a text in a configuration. */
function textOf(file: string): string {
  const read = readXml(readFileSync(file), {
    contentType: null,
    isText: false,
  })
  return 'text' in read ? read.text : ''
}

const LOCATION = /<(?:[\w.-]+:)?(?:include|redefine|import)\b[^>]*?\sschemaLocation\s*=\s*["']([^"']*)["']/g

/** The files that a schema leads to, as far as they are there; null when it leads to none. */
function othersOf(entry: string): Record<string, string> | null {
  const found: Record<string, string> = {}
  const locations: string[] = []
  function follow(file: string): void {
    for (const [, location = ''] of textOf(file)
      .replaceAll(/<!--[^]*?-->/g, '')
      .matchAll(LOCATION)) {
      locations.push(location)
      const other = resolve(dirname(file), location)
      const name = relative(dirname(entry), other)
      if (name in found || !existsSync(other)) continue
      found[name] = textOf(other)
      follow(other)
    }
  }
  follow(entry)
  return locations.length === 0 ? null : found
}
