import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createConnection } from './connection.ts'
import { openDatabase } from './open-database.ts'
import { createRemembered, type Remembered } from './remembered.ts'

let dataDir: string
let ours: ReturnType<typeof openDatabase>
let theirs: ReturnType<typeof openDatabase>
let remembered: Remembered
let now = 0
let reads = 0

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-remembered-'))
  ours = openDatabase(dataDir)
  theirs = openDatabase(dataDir)
  remembered = createRemembered(createConnection(ours), () => now)
  reads = 0
})

afterEach(() => {
  ours.close()
  theirs.close()
  rmSync(dataDir, { recursive: true })
})

function find(name = 'one', answer: object | null = {}): object | null {
  return remembered.find(name, () => {
    reads += 1
    return answer
  })
}

test('what was found is read once, until it is forgotten', () => {
  const found = find()
  now += 1
  expect(find()).toBe(found)
  expect(reads).toBe(1)
  remembered.forget()
  expect(find()).not.toBe(found)
  expect(reads).toBe(2)
})

test('what was not found is asked for again', () => {
  expect(find('nothing', null)).toBeNull()
  expect(find('nothing', null)).toBeNull()
  expect(reads).toBe(2)
})

test('what another process writes is noticed in the next millisecond', () => {
  find()
  theirs.exec(
    `INSERT INTO organizations (slug, name, tier, created_at) VALUES ('theirs', 'Theirs', 'free', 0)`,
  )
  now += 1
  find()
  expect(reads).toBe(2)
})

test('only so many are kept', () => {
  for (let index = 0; index <= 10_000; index += 1) find(String(index))
  find('0')
  expect(reads).toBe(10_002)
})
