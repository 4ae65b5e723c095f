import { describe, expect, it } from 'vitest'
import type { Clock } from '../core/clock.ts'
import { fromJson, parseForCel, type Json } from './json-values.ts'
import { createLanguage, type Outcome } from './language.ts'
import { ANY_JSON, KIND, recordShape, shape } from './shapes/shape.ts'

/** Moves on by a millisecond whenever it is looked at, which a loop does once before each of its steps. */
function tickingClock(): Clock {
  let now = 0
  return { now: () => now, monotonic: () => now++, after: () => ({ cancel: () => undefined }) }
}

const TIMEOUT_MS = 1_000
const language = createLanguage({
  variables: ['data', 'type'],
  charactersMax: 1_000,
  timeoutMs: TIMEOUT_MS,
  clock: tickingClock(),
})

function evaluate(expression: string, data: Json = null): Outcome {
  const condition = language.compile(expression)
  if ('refused' in condition) throw new Error(condition.refused)
  return condition.evaluate(new Map([['data', fromJson(data)]]))
}

/** The expressions that are not simply true of the data: with what they gave. */
function exceptTrue(data: Json, expressions: string[]) {
  return expressions
    .map((expression) => [expression, evaluate(expression, data)])
    .filter(([, outcome]) => outcome !== true)
}

function refusalOf(expression: string): string | null {
  const condition = language.compile(expression)
  return 'refused' in condition ? condition.refused : null
}

describe('numbers of JSON', () => {
  it('compare with ints and doubles alike', () => {
    expect(
      exceptTrue({ whole: 49, half: 49.5, list: [1, 2] }, [
        'data.whole < 50',
        'data.half < 50',
        'data.whole < 49.5',
        'data.whole == 49',
        'data.whole == 49.0',
        'data.half != 49',
        'data.half > 49',
        'data.half >= data.whole',
        'data.whole in [48, 49]',
        'size(data.list) == 2',
        'size(data.list) < data.whole',
        'data.list == [1, 2]',
        'data.list == [1.0, 2.0]',
        'data.list[1] == 2',
        'data.list[data.list[0]] == 2',
        'int(data.half) == 49',
        'type(data.whole) == double',
      ]),
    ).toEqual([])
  })

  it('are reckoned with, together with ints', () => {
    expect(
      exceptTrue({ ms: 5_500, count: 7 }, [
        'data.ms / 1000 == 5.5',
        '1000 * data.count == 7000',
        'data.count + 1 == 8',
        '10 - data.count == 3',
        'data.count % 2 == 1',
        'data.count % data.count == 0',
        '-data.count < 0',
        '7 / 2 == 3',
      ]),
    ).toEqual([])
  })
})

describe('numbers of 64 bits', () => {
  it('are themselves and not their neighbours', () => {
    const text =
      '{"id": 175928847299117063, "other": 175928847299117056, "small": 5, "max": 18446744073709551615}'
    expect(
      exceptTrue(parseForCel(text), [
        'data.id == 175928847299117063',
        'data.id != 175928847299117056',
        'data.id != data.other',
        'data.id > data.other',
        'data.id in [1, 175928847299117063]',
        '!(data.id in [175928847299117056])',
        'data.id - data.other == 7',
        'data.max == 18446744073709551615u',
        'data.max > data.id',
        'data.small < data.id',
        'data.small / 2 == 2.5',
        'string(data.id) == "175928847299117063"',
      ]),
    ).toEqual([])
  })

  it('come from any depth, and only where a double does not hold them', () => {
    expect(parseForCel('{"a":[{"b":9007199254740993}],"c":9007199254740992,"d":1.5e300}')).toEqual({
      a: [{ b: 9007199254740993n }],
      c: 9007199254740992,
      d: 1.5e300,
    })
    const data = parseForCel('{"a":[{"b":9007199254740993}]}')
    expect(exceptTrue(data, ['data.a[0].b == 9007199254740993'])).toEqual([])
    expect(evaluate('data.a[0].b == 9007199254740992', data)).toBe(false)
  })
})

describe('fields', () => {
  it('are there or not; one that is null is there', () => {
    const data = { score: 40, nothing: null, no: false, empty: '' }
    expect(
      exceptTrue(data, [
        'has(data.score)',
        'has(data.no)',
        'has(data.empty)',
        '!has(data.other)',
        'has(data.nothing)',
        '"nothing" in data',
        'has({"a": null}.a)',
        '"a" in {"a": null}',
        'data.nothing == null',
        '"score" in data',
        '!("other" in data)',
        '!(has(data.other) && data.other < 50)',
        '!(data.nothing != null && data.nothing < 50)',
        'data.score == 40 || data.other == 1',
        'data.other == 1 || data.score == 40',
      ]),
    ).toEqual([])
    expect(evaluate('data.other == 1', data)).toMatchObject({
      kind: 'failed',
      message: 'there is no field "other"',
    })
    expect(evaluate('data.nothing < 5', data)).toMatchObject({ kind: 'failed' })
  })

  it('may be called what they like', () => {
    const data = JSON.parse(
      '{"constructor": 1, "__proto__": 2, "$typeName": "google.protobuf.Struct", "fields": 3, "a-b": 4, "1": 5, ' +
        '"in": [{"constructor": 6}, {"$typeName": "google.protobuf.Any"}]}',
    ) as Json
    expect(
      exceptTrue(data, [
        'data.constructor == 1',
        'data.__proto__ == 2',
        'data["$typeName"] == "google.protobuf.Struct"',
        'data.fields == 3',
        'data["a-b"] == 4',
        'data["1"] == 5',
        '!(1 in data)',
        'data["in"][0].constructor == 6',
        'data["in"].exists(item, has(item.constructor))',
        'data["in"] == data["in"]',
        'size(data) == 7',
        'data.all(name, name in data)',
        'data == data',
      ]),
    ).toEqual([])
  })

  it('are not those of JavaScript', () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(evaluate(`has(data.${name})`, {})).toBe(false)
      expect(evaluate(`data.${name} == 1`, {})).toMatchObject({ kind: 'failed' })
      expect(refusalOf(`${name} == 1`)).toContain(`there is no "${name}" here`)
    }
  })

  it('that are the same are equal, however deep', () => {
    const data = { left: { a: [{ b: [1, 'x', null, true] }] }, right: { a: [{ b: [1, 'x', null, true] }] } }
    expect(
      exceptTrue(data, ['data.left == data.right', 'data.left == {"a": [{"b": [1, "x", null, true]}]}']),
    ).toEqual([])
    expect(evaluate('data.left == {"a": [{"b": [1, "x", null]}]}', data)).toBe(false)
  })
})

describe('strings, lists and times', () => {
  it('have what CEL has for them', () => {
    const data = { text: 'größe 🚀', errors: [{ code: 'a' }, { code: 'b' }], at: '2026-03-01T10:00:00Z' }
    expect(
      exceptTrue(data, [
        'size(data.text) == 7',
        'data.text.startsWith("grö") && data.text.endsWith("🚀") && data.text.contains("ß")',
        'data.text.matches("^gr[[:^space:]]+ .$")',
        'data.text.matches("(?i)GR")',
        'data.errors.exists(error, error.code == "b")',
        'data.errors.all(error, has(error.code))',
        'data.errors.exists_one(error, error.code == "a")',
        'data.errors.filter(error, error.code > "a").size() == 1',
        '"b" in data.errors.map(error, error.code)',
        'data.errors.filter(error, error.code > "a").all(error, error.code == "b")',
        'timestamp(data.at) < timestamp("2026-03-01T10:00:01Z")',
        'timestamp(data.at) - timestamp("2026-03-01T09:00:00Z") == duration("1h")',
      ]),
    ).toEqual([])
  })
})

describe('what can be no condition', () => {
  it.each([
    ['', 'line 1, column 1: it ends too early'],
    ['data.score <', 'line 1, column 12: it cannot be read from "<" on'],
    ['data.a == 1 &&\n  data.b ~ 2', 'line 2, column 10: it cannot be read from "~" on'],
    ['data.in == 1', 'line 1, column 6: reserved keyword'],
    ['data.x == 1 && foo(data.x)', 'line 1, column 16: there is no function "foo"'],
    ['size(data.x, 1) > 0', 'line 1, column 1: size is not called like this'],
    ['contains(data.x, "a")', 'line 1, column 1: contains is not called like this'],
    ['score < 50', 'line 1, column 1: there is no "score" here, only data, type'],
    ['data.x.exists(y, y == z)', 'there is no "z" here'],
    ['data.x.exists(y, true) && y', 'there is no "y" here'],
    ['has(data)', 'has is written like has(data.score)'],
    ['data.x.exists(1, true)', 'exists is written like list.exists(item, item > 1)'],
    ['data.x.matches(data.y)', 'the pattern for matches must be written out'],
    ['data.x.matches("(")', 'the pattern cannot be used: error parsing regexp: missing closing )'],
    [String.raw`data.x.matches("(a)\\1")`, 'the pattern cannot be used'],
    ['data.x.matches("(.{50}){20}")', 'the pattern cannot be used: it has more than 500 steps'],
    ['bytes(data.x) == b"a"', 'there is no function "bytes"'],
    ['data.x == b"a"', 'JSON has no bytes'],
    ['google.protobuf.Struct{} == data', 'protobuf messages cannot be made'],
    ['timestamp(data.at).getHours() == 1', 'there is no function "getHours"'],
    ['1 + data.x', 'it gives neither true nor false'],
    ['"yes"', 'it gives neither true nor false'],
    ['data.x.filter(y, y == 1)', 'it gives neither true nor false'],
    ['data.x == 1 ? "yes" : 0', 'it gives neither true nor false'],
    ['data.x == 1 // comment'.padEnd(1_001), 'it is longer than 1000 characters'],
    [`${'('.repeat(51)}true${')'.repeat(51)}`, 'it is nested too deeply'],
    [`${'[{1:'.repeat(26)}1${'}]'.repeat(26)} == data`, 'it is nested too deeply'],
  ])('%j', (expression, reason) => {
    expect(refusalOf(expression)).toContain(reason)
  })

  it('is not what may be true of some values', () => {
    const deep = [
      `${'('.repeat(50)}true${')'.repeat(50)}`,
      `${'!'.repeat(990)}data.x`,
      `${'true?1:'.repeat(142)}true`,
    ]
    const expressions = [
      ...deep,
      'data.x',
      'data',
      'dyn(data.x)',
      'data.x == 1 ? data.y : "no"',
      '!data.x',
      'data.x.all(y, y)',
    ]
    expect(expressions.map(refusalOf)).toEqual(expressions.map(() => null))
    expect(evaluate('data.x', { x: true })).toBe(true)
    expect(evaluate('data.x', { x: 'yes' })).toEqual({
      kind: 'failed',
      message: 'it gave neither true nor false',
    })
  })
})

describe('a language with known shapes and nested loops', () => {
  const wider = createLanguage({
    variables: ['data', 'run'],
    shapes: new Map([
      ['data', ANY_JSON],
      ['run', recordShape(new Map([['score', shape(KIND.number)]]))],
    ]),
    charactersMax: 1_000,
    mayNestLoops: true,
    timeoutMs: Infinity,
    clock: tickingClock(),
  })

  it('knows the fields of a variable, and refuses others', () => {
    expect(wider.compile('run.score > 1 && has(run.score) && data.x == 1')).toHaveProperty('evaluate')
    expect(wider.compile('run.scor > 1')).toEqual({
      refused: 'line 1, column 4: there is no run.scor, so it is never true. Did you mean run.score?',
    })
    expect(wider.compile('data.exists(x, run.scor == x)')).toHaveProperty('refused')
    expect(wider.compile('data.exists(run, run.scor == 1) && has(run.scor)')).toHaveProperty('refused')
    expect(wider.compile('data.exists(run, run.scor == 1)')).toHaveProperty('evaluate')
  })

  it('lets a loop stand in a loop, for as long as it takes', () => {
    const condition = wider.compile('data.all(x, data.exists(y, y == x + 1 || x == 60))')
    if ('refused' in condition) throw new Error(condition.refused)
    const numbers = Array.from({ length: 61 }, (_, index) => index)
    expect(condition.evaluate(new Map([['data', fromJson(numbers)]]))).toBe(true)
  })
})

describe('limits', () => {
  const numbers = Array.from({ length: 2 * TIMEOUT_MS }, (_, index) => index)

  it.each(['all', 'exists', 'exists_one', 'filter', 'map'])('%s stands in no other macro', (macro) => {
    const inner = `data.x.${macro}(y, true)`
    for (const outer of ['all', 'exists', 'exists_one', 'filter', 'map']) {
      expect(refusalOf(`data.x.${outer}(z, size([${inner}]) > 0) == true`)).toContain(
        'cannot stand inside one another',
      )
    }
    expect(refusalOf(`[${inner}] == [data.x.all(y, true)]`)).toBeNull()
  })

  it('a loop ends when the time is up', () => {
    const expressions = [
      'data.all(x, true)',
      'data.exists(x, x < 0)',
      'data.exists_one(x, x == 1)',
      'size(data.filter(x, false)) == 1',
      'size(data.map(x, x)) == 1',
      'data.exists(x, x.y == 1)',
      'data.map(x, x).filter(x, true).size() == 1',
    ]
    for (const expression of expressions) {
      expect(evaluate(expression, numbers)).toEqual({ kind: 'overrun', message: 'it takes too long' })
      expect(evaluate(expression, numbers.slice(0, 300))).not.toMatchObject({ kind: 'overrun' })
    }
  })

  it('the time is that of one evaluation', () => {
    const condition = language.compile('data.all(x, x >= 0)')
    if ('refused' in condition) throw new Error(condition.refused)
    const bindings = new Map([['data', fromJson(numbers.slice(0, TIMEOUT_MS - 10))]])
    expect([condition, condition, condition].map((each) => each.evaluate(bindings))).toEqual([
      true,
      true,
      true,
    ])
  })

  it('a limit met where it does not matter is no overrun', () => {
    expect(evaluate('data.all(x, true) || true', numbers)).toBe(true)
    expect(evaluate('false && data.all(x, true)', numbers)).toBe(false)
  })

  it('strings and lists that are put together stay bounded', () => {
    const doubled = Array.from({ length: 100 }, () => 'data').join(' + ')
    expect(evaluate(`size(${doubled}) > 0`, 'x'.repeat(10_000))).toBe(true)
    expect(evaluate(`size(${doubled}) > 0`, 'x'.repeat(20_000))).toEqual({
      kind: 'overrun',
      message: 'a string grows too long',
    })
    expect(
      evaluate(
        `size(${doubled}) > 0`,
        Array.from({ length: 20_000 }, () => 1),
      ),
    ).toEqual({
      kind: 'overrun',
      message: 'a list grows too long',
    })
  })

  it('patterns that explode elsewhere do not', () => {
    const text = `${'a'.repeat(50_000)}!`
    for (const pattern of ['^(a+)+$', '(a|a)*b', '(x+x+)+y', '(.*)*c$']) {
      expect(evaluate(`data.matches("${pattern}")`, text)).toBe(false)
    }
  })

  it('values nested deeper than the stack are an overrun where they are looked through', () => {
    const deep = (): Json => JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json
    const data = { left: deep(), right: deep(), score: 1 }
    expect(evaluate('data.score == 1', data)).toBe(true)
    expect(evaluate('data.left == data.right', data)).toMatchObject({ kind: 'overrun' })
  })
})
