import { describe, expect, it } from 'vitest'
import { readAnswer } from './read-answer.ts'

const ANSWER = Buffer.from('HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n{"id":"e"')

describe('reading an answer', () => {
  it('finds status and body', () => {
    expect(readAnswer(ANSWER)).toEqual({ status: 202, bodyAt: ANSWER.length - 9, end: ANSWER.length })
  })

  it('waits for the last byte, wherever the answer was cut', () => {
    for (let length = 0; length < ANSWER.length; length++) {
      expect(readAnswer(ANSWER.subarray(0, length))).toBeNull()
    }
  })

  it('says when it cannot read one', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    expect(() => readAnswer(chunked)).toThrow('cannot read this answer')
  })
})
