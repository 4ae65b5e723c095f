import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDataDirectory, nearestExisting } from './data-directory.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sealpost-data-directory-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('it is made with its parents, for its owner alone, and one that is there is left as it is', () => {
  const path = join(directory, 'a', 'b')
  makeDataDirectory(path)
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o700)
  writeFileSync(join(path, 'kept'), '')
  makeDataDirectory(path)
  expect(readdirSync(path)).toEqual(['kept'])
})

test('a link to a directory is one', () => {
  mkdirSync(join(directory, 'real'))
  symlinkSync(join(directory, 'real'), join(directory, 'link'))
  makeDataDirectory(join(directory, 'link', 'a'))
  expect(readdirSync(join(directory, 'real'))).toEqual(['a'])
})

test('a file, a path below a file, and a link to nowhere are refused in words', () => {
  const file = join(directory, 'file')
  writeFileSync(file, '', { mode: 0o700 })
  expect(() => makeDataDirectory(file)).toThrow(`${file} is not a directory`)
  expect(() => makeDataDirectory(join(file, 'a'))).toThrow(
    /cannot be used: ENOTDIR.*choose another --data-dir/,
  )
  symlinkSync(join(directory, 'nowhere'), join(directory, 'link'))
  expect(() => makeDataDirectory(join(directory, 'link'))).toThrow('choose another --data-dir')
})

test.skipIf(process.platform !== 'linux')(
  'a parent that takes no directories is refused at once (/proc)',
  () => {
    expect(() => makeDataDirectory('/proc/nope')).toThrow('The data directory /proc/nope cannot be used')
    expect(() => makeDataDirectory('/proc/nope/a/b')).toThrow(
      'The data directory /proc/nope/a/b cannot be used',
    )
  },
)

test.skipIf(process.getuid?.() === 0)('one that cannot be written (root can write everywhere)', () => {
  const sealed = join(directory, 'sealed')
  mkdirSync(sealed, { mode: 0o500 })
  expect(() => makeDataDirectory(sealed)).toThrow('cannot be used: EACCES')
  expect(() => makeDataDirectory(join(sealed, 'a'))).toThrow('cannot be used: EACCES')
})

test('the nearest parent that is there', () => {
  expect(nearestExisting(join(directory, 'a', 'b'))).toBe(directory)
  expect(nearestExisting(directory)).toBe(directory)
  expect(nearestExisting('/')).toBe('/')
})
