import { csvSpectrum } from './csv-spectrum.ts'
import { jsonSchemaTestSuite } from './json-schema-test-suite.ts'
import type { Suite } from './suite.ts'
import { xsdtests } from './xsdtests.ts'

/** Every suite, one line each. */
export const SUITES: readonly Suite[] = [jsonSchemaTestSuite, csvSpectrum, xsdtests]
