import { describe, expect, test } from 'vitest'
import { createCheckpoints, type CheckpointReply } from './checkpoints.ts'

const CHECKPOINT_PAGES = 10

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
    CHECKPOINT_PAGES,
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
    grow(10)
    fail(13)
    expect(told).toMatchObject({
      lost: [],
      faults: [{ message: expect.stringContaining('it broke') as string }],
    })
    expect(checkpoints.room()).toBeNull()
    grow(9)
    expect(asked).toHaveLength(0)
    grow(1)
    expect(asked).toHaveLength(1)
  })

  test('is asked for at once when there is no space left', () => {
    const { checkpoints, asked, grow } = checkpointsByHand()
    grow(1)
    checkpoints.outOfSpace()
    checkpoints.outOfSpace()
    expect(asked).toHaveLength(1)
  })

  test.each([1_034, 1_290])('whose forcing failed (%d) loses the store', (code) => {
    const { told, grow, fail } = checkpointsByHand()
    grow(10)
    fail(code)
    expect(told).toMatchObject({ lost: [expect.any(Error)], faults: [] })
  })
})

describe('behind a checkpoint', () => {
  test('commits wait until the rest was copied, and the log begins anew', async () => {
    const { checkpoints, asked, grow, copy, log } = checkpointsByHand()
    grow(10)
    expect(checkpoints.room()).toBeNull()
    grow(5)
    expect(checkpoints.room()).toBeNull()
    copy(10)
    const room = checkpoints.room()
    expect(room).not.toBeNull()
    expect(asked).toHaveLength(1)
    copy()
    await room
    expect(checkpoints.room()).toBeNull()
    log.pages = 0
    grow(9)
    expect(asked).toHaveLength(0)
  })

  test('nobody waits when it reached the end by itself', () => {
    const { checkpoints, asked, grow, copy } = checkpointsByHand()
    grow(10)
    copy()
    expect(checkpoints.room()).toBeNull()
    expect(asked).toHaveLength(0)
  })

  test('somebody who reads an old state lets the log grow, and commits wait for one more checkpoint and no longer', async () => {
    const { checkpoints, asked, grow, copy } = checkpointsByHand()
    grow(10)
    copy(4)
    const room = checkpoints.room()
    copy(4)
    await room
    expect(asked).toHaveLength(0)
    grow(9)
    expect(asked).toHaveLength(0)
    grow(1)
    expect(asked).toHaveLength(1)
  })
})
