import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'

/** What a name server says to one lookup: addresses of both families, no such name, a failure, or nothing. */
export type NameAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence'

export interface NameServer {
  /** For a resolver's list of servers. */
  address: string
  /** Lookups of A records, by name. */
  lookups: Map<string, number>
  close(): Promise<void>
}

const TYPE_A = 1
const TYPE_AAAA = 28
const CODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const

/**
 * A DNS server on a UDP socket of 127.0.0.1 (RFC 1035, section 4). `answer` is asked for each A (4) and AAAA (6)
 * query, with how often that was asked before, so that a name can change its mind.
 */
export async function startNameServer(
  answer: (name: string, lookup: number, family: 4 | 6) => NameAnswer,
): Promise<NameServer> {
  const socket = createSocket('udp4')
  const lookups = new Map<string, number>()
  const asked = new Map<string, number>()

  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    const seen = asked.get(`${name}/${type}`) ?? 0
    asked.set(`${name}/${type}`, seen + 1)
    if (type === TYPE_A) lookups.set(name, seen + 1)
    const answered = answer(name, seen, type === TYPE_AAAA ? 6 : 4)
    if (answered !== 'silence') reply(query, end, type, answered, from)
  })

  function reply(
    query: Buffer,
    end: number,
    type: number,
    answered: readonly string[] | keyof typeof CODES,
    from: RemoteInfo,
  ): void {
    const addresses = typeof answered === 'string' ? [] : answered
    const records = addresses
      .filter((address) => address.includes(':') === (type === TYPE_AAAA))
      .map((address) => record(type, address))
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(0x8180 | (typeof answered === 'string' ? CODES[answered] : 0), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    header.writeUInt32BE(0, 8)
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), from.port, from.address)
  }

  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    lookups,
    close: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function record(type: number, address: string): Buffer {
  const data = type === TYPE_A ? Buffer.from(address.split('.').map(Number)) : bytesOf(address)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0) // the name of the question
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(0, 6) // not to be cached
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function bytesOf(address: string): Buffer {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const hex = (high?: string, low?: string): string => ((Number(high) << 8) | Number(low)).toString(16)
  const plain =
    dotted === null ? address : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`
  const [left = [], right] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const groups =
    right === undefined
      ? left
      : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
