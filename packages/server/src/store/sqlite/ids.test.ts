import { describe, expect, test } from 'vitest'
import { findableId, idBytes, idText } from './ids.ts'

const DIGITS = '0198c1a29f4e7c3b8d5e6f7081920a1b'

describe('the bytes of an id', () => {
  test('spell it again', () => {
    const id = `evt_${DIGITS}`
    expect(idText('evt', idBytes('evt', id))).toBe(id)
    expect(findableId('evt', id)).toEqual(idBytes('evt', id))
  })

  test.each([
    '',
    'evt',
    'evt_',
    DIGITS,
    `dlv_${DIGITS}`,
    `evt-${DIGITS}`,
    `evt${DIGITS}0`,
    `evt_${DIGITS.slice(1)}`,
    `evt_${DIGITS}0`,
    `evt_${DIGITS}00`,
    `evt_${DIGITS.slice(1)}g`,
    `evt_ ${DIGITS.slice(1)}`,
  ])('are not to be had of %j', (id) => {
    expect(() => idBytes('evt', id)).toThrow('is not evt_ and 32 hex digits')
    expect(findableId('evt', id)).toBeNull()
  })
})
