import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { SettingsError } from '../config/load.ts'
import { Problem } from '../core/errors.ts'
import { CommandError, explain } from './exit.ts'

function nodeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

test.each([
  { name: '--help', error: new CommanderError(0, 'commander.help', ''), exitCode: 0, message: '' },
  {
    name: 'wrong usage',
    error: new CommanderError(1, 'commander.unknownOption', 'x'),
    exitCode: 2,
    message: '',
  },
  {
    name: 'a wrong setting',
    error: new SettingsError([{ place: '--port', message: 'no' }]),
    exitCode: 2,
    message: '--port: no',
  },
  { name: 'a verb that cannot', error: new CommandError('cannot'), exitCode: 1, message: 'cannot' },
  { name: 'a refusal of the store', error: new Problem('store_full', 'full'), exitCode: 1, message: 'full' },
  { name: 'a taken port', error: nodeError('EADDRINUSE', 'in use'), exitCode: 1, message: 'another --port' },
  { name: 'no rights', error: nodeError('EACCES', 'denied'), exitCode: 1, message: 'another --data-dir' },
  {
    name: 'a plain error',
    error: new Error('the key does not fit'),
    exitCode: 1,
    message: 'the key does not fit',
  },
])('$name', ({ error, exitCode, message }) => {
  const explained = explain(error)
  expect(explained.exitCode).toBe(exitCode)
  expect(explained.message).toContain(message)
  expect(explained.message).not.toContain('    at ')
})

test('a fault of ours shows its stack', () => {
  expect(explain(new TypeError('x is undefined')).message).toContain('    at ')
  expect(explain('thrown text')).toEqual({ exitCode: 1, message: 'thrown text' })
})
