import { describe, expect, test } from 'vitest'
import { createCheckpoints, type CheckpointReply } from './checkpoints.ts'

const BOUNDS = { checkpointPages: 10, logPagesMax: 100 }

/** A log of so many pages, and a thread that answers when it is told to. */
function checkpointsByHand() {
  const asked: ((reply: CheckpointReply) => void)[] = []
  const told = { lost: [] as Error[], faults: [] as Error[] }
  const log = { pages: 0 }
  const checkpoints = createCheckpoints(
    {
      pagesInLog: () => log.pages,
      ask: (done) => void asked.push(done),
      onLost: (error) => told.lost.push(error),
      onFault: (error) => told.faults.push(error),
    },
    BOUNDS,
  )
  return {
    checkpoints,
    asked,
    told,
    log,
    grow: (pages: number): void => {
      log.pages += pages
      checkpoints.committed()
    },
    copy: (copied = log.pages) => asked.shift()?.({ pages: log.pages, copied, error: null }),
    fail: (code: number | null) =>
      asked.shift()?.({ pages: 0, copied: 0, error: { message: 'it broke', code } }),
  }
}

describe('a checkpoint', () => {
  test('is asked for when the log has grown by enough since the last, one at a time', () => {
    const { asked, grow, copy } = checkpointsByHand()
    grow(9)
    expect(asked).toHaveLength(0)
    grow(1)
    expect(asked).toHaveLength(1)
    grow(30)
    expect(asked).toHaveLength(1)
    copy()
    grow(9)
    expect(asked).toHaveLength(0)
    grow(1)
    expect(asked).toHaveLength(1)
  })

  test('is counted anew once the log has begun anew', () => {
    const { asked, log, grow, copy } = checkpointsByHand()
    grow(50)
    copy()
    log.pages = 0
    grow(5)
    expect(asked).toHaveLength(0)
    grow(5)
    expect(asked).toHaveLength(1)
  })

  test('that fails is asked for again as the log grows, and stops nobody', () => {
    const { checkpoints, asked, told, grow, fail } = checkpointsByHand()
    grow(100)
    expect(checkpoints.room()).not.toBeNull()
    fail(13)
    expect(told).toMatchObject({ lost: [], faults: [{ message: expect.stringContaining('it broke') }] })
    expect(checkpoints.room()).toBeNull()
    grow(10)
    expect(asked).toHaveLength(1)
  })

  test.each([1_034, 1_290])('whose forcing failed (%d) loses the store', (code) => {
    const { told, grow, fail } = checkpointsByHand()
    grow(10)
    fail(code)
    expect(told).toMatchObject({ lost: [expect.any(Error)], faults: [] })
  })
})

describe('at its bound', () => {
  test('commits wait until the log was copied to its end', async () => {
    const { checkpoints, asked, grow, copy, log } = checkpointsByHand()
    grow(99)
    expect(checkpoints.room()).toBeNull()
    grow(1)
    const room = checkpoints.room()
    expect(room).not.toBeNull()
    // What was asked for before the last commits does not reach the end.
    copy(99)
    expect(checkpoints.room()).not.toBeNull()
    expect(asked).toHaveLength(1)
    copy()
    await room
    expect(checkpoints.room()).toBeNull()
    log.pages = 0
    grow(1)
    expect(checkpoints.room()).toBeNull()
  })

  test('somebody who reads an old state lets the log grow, and commits wait no longer than for one more checkpoint', async () => {
    const { checkpoints, asked, grow, copy } = checkpointsByHand()
    grow(100)
    const room = checkpoints.room()
    copy(40)
    copy(40)
    await room
    expect(asked).toHaveLength(0)
    grow(99)
    copy(40)
    expect(checkpoints.room()).toBeNull()
    grow(1)
    expect(checkpoints.room()).not.toBeNull()
  })
})
