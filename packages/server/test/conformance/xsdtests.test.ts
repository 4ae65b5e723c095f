import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recordedRuns } from './recorded.ts'
import { xsdtests } from './xsdtests.ts'

const parts = recordedRuns().find(({ suite }) => suite === xsdtests.name)?.parts ?? []
const disagreements = parts.flatMap((part) => part.disagreements)
const tests = parts.reduce((sum, part) => sum + part.tests, 0)

it('of the W3C’s tests at most 1.5 % are judged wrongly and at most 1 % not at all', () => {
  const refused = disagreements.filter(({ kind }) => kind === 'refused').length
  expect(tests).toBeGreaterThan(5_600)
  expect((disagreements.length - refused) / tests).toBeLessThanOrEqual(0.015)
  expect(refused / tests).toBeLessThanOrEqual(0.01)
})

it('a copy of the suite is read by its own lists', async () => {
  const path = mkdtempSync(join(tmpdir(), 'xsdtests-'))
  const xs = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
  const test = (document: string, validity: string, version = '') =>
    `<instanceTest name="i" version="${version}"><instanceDocument x:href="${document}"/><expected validity="${validity}"/></instanceTest>`
  const group = (schema: string, instances: string) =>
    `<testGroup name="g"><schemaTest name="s"><schemaDocument x:href="${schema}"/><expected validity="valid"/></schemaTest>${instances}</testGroup>`
  const files = {
    'suite.xml': '<testSuite xmlns:x="urn:x"><testSetRef x:href="set.xml"/></testSuite>',
    'set.xml': `<testSet xmlns:x="urn:x">${group('alone.xsd', test('int.xml', 'valid') + test('text.xml', 'valid') + test('text.xml', 'valid', '1.1'))}${group('including.xsd', test('int.xml', 'invalid'))}${group('wrong.xsd', test('int.xml', 'valid'))}</testSet>`,
    'alone.xsd': `<xs:schema ${xs}><xs:element name="a" type="xs:int"/></xs:schema>`,
    'including.xsd': `<xs:schema ${xs}><xs:include schemaLocation="alone.xsd"/></xs:schema>`,
    'wrong.xsd': `<xs:schema ${xs}><xs:element name="a" type="none"/></xs:schema>`,
    'int.xml': '<a>1</a>',
    'text.xml': '<a>x</a>',
  }
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
    expect(await xsdtests.run(path)).toEqual([
      {
        name: 'one schema',
        tests: 3,
        disagreements: [
          { test: 'text.xml by alone.xsd', kind: 'false_fail' },
          { test: 'int.xml by wrong.xsd', kind: 'refused' },
        ],
      },
      {
        name: 'schemas that refer to others',
        tests: 1,
        disagreements: [{ test: 'int.xml by including.xsd', kind: 'false_pass' }],
      },
    ])
  } finally {
    rmSync(path, { recursive: true })
  }
})
