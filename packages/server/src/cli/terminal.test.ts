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
