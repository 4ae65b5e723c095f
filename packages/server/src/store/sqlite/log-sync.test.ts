import { expect, test } from 'vitest'
import { Problem } from '../../core/errors.ts'
import { createLogSync } from './log-sync.ts'

/** A disk that forces when it is told to. */
function syncByHand() {
  const forcings: ((error: Error | null) => void)[] = []
  const lost: Error[] = []
  const sync = createLogSync(
    (done) => void forcings.push(done),
    (error) => lost.push(error),
  )
  return { sync, forcings, lost, end: (error: Error | null = null) => forcings.shift()?.(error) }
}

async function isSettled(promise: Promise<void> | null): Promise<boolean> {
  return Promise.race([Promise.resolve(promise).then(() => true), Promise.resolve(false)])
}

test('without a commit there is nothing to wait for', () => {
  const { sync, forcings } = syncByHand()
  expect(sync.durable()).toBeNull()
  expect(forcings).toEqual([])
})

test('a commit is durable when a forcing that began after it has ended, and not one that was under way', async () => {
  const { sync, forcings, end } = syncByHand()
  sync.committed()
  const first = sync.durable()
  sync.committed()
  const second = sync.durable()
  expect(forcings).toHaveLength(1)
  end()
  await first
  expect(await isSettled(second)).toBe(false)
  expect(forcings).toHaveLength(1)
  end()
  await second
  expect(sync.durable()).toBeNull()
})

test('all that ask while one is under way share the next', async () => {
  const { sync, forcings, end } = syncByHand()
  sync.committed()
  const first = sync.durable()
  const others = [1, 2, 3].map(() => {
    sync.committed()
    return sync.durable()
  })
  end()
  end()
  await Promise.all([first, ...others])
  expect(forcings).toEqual([])
  expect(sync.durable()).toBeNull()
})

test('the first failure is final, for those who wait and for those who come', async () => {
  const { sync, lost, end, forcings } = syncByHand()
  sync.committed()
  const first = sync.durable()
  sync.committed()
  const second = sync.durable()
  const cause = new Error('EIO')
  end(cause)
  await expect(first).rejects.toThrow(Problem)
  await expect(second).rejects.toMatchObject({ code: 'store_unavailable', cause })
  await expect(sync.durable()).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(() => sync.assertSound()).toThrow('could not be forced')
  expect(lost).toHaveLength(1)
  expect(forcings).toEqual([])
})

test('is idle when the last forcing has ended', async () => {
  const { sync, end } = syncByHand()
  await sync.idle()
  sync.committed()
  const durable = sync.durable()
  const idle = sync.idle()
  expect(await isSettled(idle)).toBe(false)
  end()
  await Promise.all([durable, idle])
})
