import { celList, celMap, celUint, type CelInput } from '@bufbuild/cel'
import type { ExprValue } from '@bufbuild/cel-spec/cel/expr/eval_pb.js'
import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { getConformanceSuite, type IncrementalTest } from '@bufbuild/cel-spec/testdata/tests.js'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { createLanguage } from './language.ts'
import { ANY } from './shapes/shape.ts'

// The suite of the CEL specification, as far as it is of the language itself: no protobuf schemas, no extensions.
const SECTIONS =
  'basic comparisons conversions dynamic fields fp_math integer_math lists logic macros namespace parse plumbing string timestamps'
const suites = getConformanceSuite().suites.filter(({ name }) => SECTIONS.split(' ').includes(name))

/** What our profile leaves out on purpose, by the reason it gives. */
const LEFT_OUT: readonly (readonly [string, RegExp])[] = [
  ['protobuf messages', /protobuf messages cannot be made|there is no "google" here/],
  ['bytes', /JSON has no bytes|there is no (function )?"bytes"/],
  ['parts of a time', /no function "get/],
  // Errors that CEL overlooks beside `|| true`: here an unknown name is a slip, wherever it stands.
  ['names that are not there', /there is no /],
  ['fields in backquotes', /it cannot be read from/],
]

type Result = 'as specified' | 'refused, where an error is specified' | 'not as specified' | (string & {})

function resultOf({ original }: IncrementalTest): Result {
  const { expr, bindings, resultMatcher: wanted } = original
  if (Object.values(bindings).some(isMessage)) return 'protobuf messages'
  if (Object.keys(bindings).some((name) => name.includes('.'))) return 'names with dots'
  const isError = wanted.case === 'evalError' || wanted.case === 'anyEvalErrors'
  const value = wanted.case === 'value' ? literalOf(wanted.value) : 'true'
  // A condition is true or false; whatever else is specified is compared with.
  const text = isError ? `[${expr}] == []` : /^(true|false)$/.test(value) ? expr : `(${expr}) == ${value}`
  const language = createLanguage({
    variables: Object.keys(bindings),
    charactersMax: 10_000,
    mayNestLoops: true,
    timeoutMs: 10_000,
    clock: systemClock,
  })
  const condition = language.compile(text)
  if ('refused' in condition) {
    const leftOut = LEFT_OUT.find(([, reason]) => reason.test(condition.refused))?.[0]
    return isError ? 'refused, where an error is specified' : (leftOut ?? 'not as specified')
  }
  const outcome = condition.evaluate(
    new Map(
      Object.entries(bindings).map(([name, { kind }]) => [
        name,
        kind.case === 'value' ? inputOf(kind.value) : null,
      ]),
    ),
  )
  const anything = new Map(Object.keys(bindings).map((name) => [name, ANY]))
  const { refused } = language.look(text, () => [{ name: null, variables: anything }])
  if (outcome === true && refused !== null) return `taken for never true: ${refused}`
  const isRight = isError ? typeof outcome === 'object' : outcome === (value !== 'false')
  return isRight ? 'as specified' : 'not as specified'
}

/** A value as an expression. */
function literalOf({ kind }: Value): string {
  switch (kind.case) {
    case 'uint64Value':
      return `uint(${kind.value})`
    case 'doubleValue':
      return `double("${kind.value}")`
    case 'stringValue':
      return JSON.stringify(kind.value)
    case 'nullValue':
      return 'null'
    case 'bytesValue':
      return 'b""'
    case 'objectValue':
      return 'google.protobuf.Any{}'
    case 'listValue':
      return `[${kind.value.values.map(literalOf).join()}]`
    case 'mapValue':
      return `{${kind.value.entries.map(({ key, value }) => `${optional(key)}:${optional(value)}`).join()}}`
    case 'boolValue':
    case 'int64Value':
    case 'typeValue':
      return String(kind.value)
    case 'enumValue':
    case undefined:
      return 'null'
  }
}

function optional(value: Value | undefined): string {
  return value === undefined ? 'null' : literalOf(value)
}

function isMessage({ kind }: ExprValue): boolean {
  return kind.case === 'value' && kind.value.kind.case === 'objectValue'
}

function inputOf({ kind }: Value): CelInput {
  switch (kind.case) {
    case 'boolValue':
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
      return kind.value
    case 'uint64Value':
      return celUint(kind.value)
    case 'listValue':
      return celList(kind.value.values.map(inputOf))
    case 'mapValue':
      return celMap(new Map(kind.value.entries.map(({ key, value }) => [keyOf(key), inputOf(value!)])))
    case 'bytesValue':
    case 'enumValue':
    case 'nullValue':
    case 'objectValue':
    case 'typeValue':
    case undefined:
      return null
  }
}

function keyOf(key: Value | undefined): string {
  return key?.kind.case === 'stringValue' ? key.kind.value : ''
}

describe('the suite of the specification', () => {
  const results = suites
    .flatMap((suite) => suite.suites)
    .flatMap(({ tests }) => tests)
    .filter(({ original }) => !original.checkOnly)
    .map((test) => [test.name, resultOf(test)] as const)

  it('is passed but for two tests, and for what the profile leaves out', () => {
    const counts: Record<string, number> = {}
    for (const [, result] of results) counts[result] = (counts[result] ?? 0) + 1
    expect(counts).toEqual({
      'as specified': 905,
      'refused, where an error is specified': 32,
      'not as specified': 2,
      'protobuf messages': 304,
      bytes: 104,
      'parts of a time': 25,
      'names that are not there': 19,
      'names with dots': 8,
      'fields in backquotes': 6,
    })
  })

  it('is not passed where there is no error but a value', () => {
    const names = results.filter(([, result]) => result === 'not as specified').map(([name]) => name)
    // A map may be written with 0 and 0u as keys; doubles have a remainder, since the numbers of JSON are doubles.
    expect(names).toEqual(['map_value_repeat_key_heterogeneous', 'mod_not_support'])
  })
})
