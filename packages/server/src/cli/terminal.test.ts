import { expect, test } from 'vitest'
import { printable, renderTable } from './terminal.ts'

test('each column is as wide as its widest cell', () => {
  expect(
    renderTable(
      ['ID', 'NAME'],
      [
        ['1', 'a'],
        ['long', 'b'],
      ],
    ),
  ).toBe('ID    NAME\n1     a\nlong  b')
})

test('marks that turn text round are shown, not obeyed', () => {
  expect(printable('\u202eexe.json \u2066x\u2069')).toBe('\\u202eexe.json \\u2066x\\u2069')
})

test.each([
  ['::error file=a::x', '\\u003a:error file=a::x'],
  ['  ::stop-commands::x', '  \\u003a:stop-commands::x'],
  ['x ##[add-mask]y', 'x \\u0023#[add-mask]y'],
  ['##vso[task.setvariable]y', '\\u0023#vso[task.setvariable]y'],
  ['#teamcity ## C::D #1 [x] ::', '#teamcity ## C::D #1 [x] ::'],
])('a command to a CI system, %s, is shown, not obeyed', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('control characters are shown, not obeyed', () => {
  expect(printable('a\u001b[2J\r\n\u009b\u007f')).toBe('a\\u001b[2J\\u000d\\u000a\\u009b\\u007f')
  expect(printable('Ä 株 👩‍💻')).toBe('Ä 株 👩‍💻')
  const table = renderTable(
    ['NAME', 'TIER'],
    [
      ['x\ny', 'pro'],
      ['z', 'free'],
    ],
  )
  expect(table).toBe('NAME      TIER\nx\\u000ay  pro\nz         free')
})
