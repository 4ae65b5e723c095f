import type { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startFullBacklog } from '../../test/support/full-backlog.ts'
import { createHandClock } from '../../test/support/hand-clock.ts'
import { startNameServer } from '../../test/support/name-server.ts'
import { startRawServer } from '../../test/support/raw-server.ts'
import { systemClock, type Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { errorCode } from './error-code.ts'
import { createGuard } from './guard.ts'
import { createResolver, type Resolver } from './resolver.ts'

/** For a machine that does other things. */
const WAIT = { timeout: 20_000 }

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

function opening<Part extends { close(): Promise<void> }>(part: Part): Part {
  opened.push(part)
  return part
}

interface Opening {
  /** `connecting` once for each address tried, as they come. */
  tried: string[]
  /** The remote address, or the code of the failure. */
  result: Promise<string>
  giveUp: () => void
}

/** Opens connections to hooks.example.com, which may lead to 127.0.0.0/8 and ::1. */
function opener(resolver: Resolver, clock: Clock): (port: number) => Opening {
  const guard = createGuard({ allowHttp: true, allowCidr: ['127.0.0.0/8', '::1'], resolver, clock })
  return (port) => {
    const tried: string[] = []
    const { promise, resolve } = Promise.withResolvers<string>()
    const target = { protocol: 'http:', hostname: 'hooks.example.com', port: String(port) }
    const onStage = (stage: string, address: string | null): void => {
      if (stage === 'connecting' && address !== null && tried.at(-1) !== address) tried.push(address)
    }
    const giveUp = guard.open(target, onStage, (error, socket) => {
      resolve(error === null ? (socket.remoteAddress ?? '') : (errorCode(error) ?? ''))
      if (socket !== null) opening({ close: () => closed(socket) })
    })
    return { tried, result: promise, giveUp }
  }
}

async function closed(socket: Socket): Promise<void> {
  socket.destroy()
}

/** A resolver whose families answer when the test says so. */
function slowResolver(): Resolver & { first(addresses: string[]): void; all(addresses: string[]): void } {
  let onFirst: (addresses: string[]) => void = () => undefined
  const { promise, resolve } = Promise.withResolvers<string[]>()
  return {
    resolve: (_name, onSome) => {
      onFirst = onSome ?? onFirst
      return promise
    },
    first: (addresses) => onFirst(addresses),
    all: resolve,
  }
}

const fixed = (...addresses: string[]): Resolver => ({ resolve: () => Promise.resolve(addresses) })

/** A port where 127.0.0.1 swallows connections and 127.0.0.2 takes them. */
async function halfDeadPort(): Promise<number> {
  const { port } = opening(await startFullBacklog())
  opening(await startRawServer({}, undefined, { host: '127.0.0.2', port }))
  return port
}

describe('two families', () => {
  it('connect to the one that answered when the other says nothing', async () => {
    const names = opening(
      await startNameServer((_name, _lookup, family) => (family === 4 ? ['127.0.0.1'] : 'silence')),
    )
    const server = opening(await startRawServer({}))
    // The resolver itself would wait for a minute.
    const resolver = createResolver({ servers: [names.address], timeoutMs: 60_000, tries: 1 })
    expect(await opener(resolver, systemClock)(server.port).result).toBe('127.0.0.1')
  })

  it('wait 50 ms for each other, and take turns', async () => {
    const clock = createHandClock()
    const resolver = slowResolver()
    const server = opening(await startRawServer({}))
    const { tried, result } = opener(resolver, clock)(server.port)
    resolver.first(['::1'])
    expect(clock.waiting()).toEqual([LIMITS.addressFamilyWaitMs])
    resolver.all(['127.0.0.1', '::1'])
    expect(await result).toBe('127.0.0.1')
    expect(tried).toEqual(['127.0.0.1'])
    expect(clock.waiting()).toEqual([])
  })

  it('let a late answer take part', async () => {
    const clock = createHandClock()
    const resolver = slowResolver()
    const port = await halfDeadPort()
    const { tried, result } = opener(resolver, clock)(port)
    resolver.first(['127.0.0.1'])
    clock.pass(LIMITS.addressFamilyWaitMs)
    expect(tried).toEqual(['127.0.0.1'])
    resolver.all(['127.0.0.1', '127.0.0.2'])
    clock.pass(LIMITS.nextAddressMs)
    // The answer is heard of behind a turn of the loop; the next look comes after another 250 ms.
    await vi.waitFor(() => {
      clock.pass(LIMITS.nextAddressMs)
      expect(tried).toEqual(['127.0.0.1', '127.0.0.2'])
    }, WAIT)
    expect(await result).toBe('127.0.0.2')
  })

  it('are refused together when the first has a bad address, before any socket is made', async () => {
    const resolver = slowResolver()
    const { tried, result } = opener(resolver, createHandClock())(443)
    resolver.first(['10.0.0.1'])
    expect(await result).toBe('address_denied')
    expect(tried).toEqual([])
  })

  it('are refused together when the late one has a bad address', async () => {
    const clock = createHandClock()
    const resolver = slowResolver()
    const { port } = opening(await startFullBacklog())
    const { tried, result } = opener(resolver, clock)(port)
    resolver.first(['127.0.0.1'])
    clock.pass(LIMITS.addressFamilyWaitMs)
    resolver.all(['127.0.0.1', 'fd00::1'])
    expect(await result).toBe('address_denied')
    expect(tried).toEqual(['127.0.0.1'])
    expect(clock.waiting()).toEqual([])
  })

  it('wait for the late one when nothing listens at the first', async () => {
    const clock = createHandClock()
    const resolver = slowResolver()
    const server = opening(await startRawServer({}))
    const { tried, result } = opener(resolver, clock)(server.port)
    resolver.first(['127.0.0.3'])
    clock.pass(LIMITS.addressFamilyWaitMs)
    resolver.all(['127.0.0.3', '127.0.0.1'])
    expect(await result).toBe('127.0.0.1')
    expect(tried).toEqual(['127.0.0.3', '127.0.0.1'])
  })
})

describe('addresses', () => {
  it('are all tried, as soon as one before fails', async () => {
    const server = opening(await startRawServer({}))
    const refusing = Array.from(
      { length: LIMITS.addressesTriedMax - 1 },
      (_none, index) => `127.0.1.${index}`,
    )
    const open = opener(fixed(...refusing, '127.0.0.1'), createHandClock())
    const { tried, result } = open(server.port)
    expect(await result).toBe('127.0.0.1')
    expect(tried).toEqual([...refusing, '127.0.0.1'])
  })

  it('beyond the bound are not', async () => {
    const server = opening(await startRawServer({}))
    const refusing = Array.from({ length: LIMITS.addressesTriedMax }, (_none, index) => `127.0.1.${index}`)
    const { result } = opener(fixed(...refusing, '127.0.0.1'), createHandClock())(server.port)
    expect(await result).toBe('ECONNREFUSED')
  })

  it('are tried beside one that swallows packets, which comes last for a minute', async () => {
    const clock = createHandClock()
    const port = await halfDeadPort()
    const open = opener(fixed('127.0.0.1', '127.0.0.2'), clock)

    const first = open(port)
    await vi.waitFor(() => expect(first.tried).toEqual(['127.0.0.1']), WAIT)
    clock.pass(LIMITS.nextAddressMs)
    expect(await first.result).toBe('127.0.0.2')
    expect(first.tried).toEqual(['127.0.0.1', '127.0.0.2'])

    const second = open(port)
    expect(await second.result).toBe('127.0.0.2')
    expect(second.tried).toEqual(['127.0.0.2'])

    clock.pass(LIMITS.deadAddressMs)
    const third = open(port)
    await vi.waitFor(() => expect(third.tried).toEqual(['127.0.0.1']), WAIT)
    third.giveUp()
    expect(clock.waiting()).toEqual([])
  })

  it('that all swallow packets end with the budget', async () => {
    const clock = createHandClock()
    const { port } = opening(await startFullBacklog())
    const { tried, result } = opener(fixed('127.0.0.1'), clock)(port)
    await vi.waitFor(() => expect(tried).toEqual(['127.0.0.1']), WAIT)
    clock.pass(LIMITS.connectMsMax)
    expect(await result).toBe('ETIMEDOUT')
    expect(clock.waiting()).toEqual([])
  })

  it('are told by the failure that says most', async () => {
    // Nothing can be reached at the broadcast address, and nothing listens at the other.
    const open = opener(fixed('127.255.255.255', '127.0.0.3'), createHandClock())
    const { tried, result } = open(opening(await startRawServer({})).port)
    expect(await result).toBe('ECONNREFUSED')
    expect(tried).toEqual(['127.255.255.255', '127.0.0.3'])
  })
})
