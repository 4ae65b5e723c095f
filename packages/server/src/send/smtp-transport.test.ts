import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority, createSelfSigned } from '../../test/support/certificate.ts'
import { startMailServer, type MailServer, type MailServerOptions } from '../../test/support/mail-server.ts'
import { flood, startRawServer, type RawServer } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import type { SmtpRelay } from '../core/mail.ts'
import { createGuard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'
import type { OutboundMail } from './mail-transport.ts'
import { createSmtpTransport, type SmtpTransportOptions } from './smtp-transport.ts'
import type { OutboundReport } from './transport.ts'

const authority = createAuthority()
const identity = authority.issue({ names: ['127.0.0.1'] })

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function serve(options: MailServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer(options)
  opened.push(server)
  return server
}

function mail(fields: Partial<OutboundMail> = {}): OutboundMail {
  return {
    organizationId: 1,
    from: { name: 'Sealpost', address: 'alerts@example.com' },
    to: ['a@example.com', 'b@example.com'],
    subject: 'Größer: score < 75',
    text: 'Ein kurzer Text — mit Strich.\n.\nNoch eine Zeile.\n',
    html: '<p>Größe</p>',
    messageId: '<evt_1.webhook_1@example.com>',
    headers: { 'X-Sealpost-Event': 'alert.triggered', 'webhook-id': 'evt_1' },
    date: Date.UTC(2025, 2, 22, 14, 30),
    startedAt: 1_700_000_000_000,
    ...fields,
  }
}

type Wanted = Partial<SmtpRelay> & Omit<Partial<SmtpTransportOptions>, 'relay'> & { allowCidr?: string[] }

function transport(port: number, wanted: Wanted = {}) {
  const { host = '127.0.0.1', tls = 'off', login = null, allowCidr = ['127.0.0.0/8'], ...options } = wanted
  const guard = createGuard({ allowHttp: false, allowCidr, resolver: createResolver(), clock: systemClock })
  return createSmtpTransport({
    relay: { host, port, tls, login },
    open: guard.open,
    clock: systemClock,
    ca: authority.cert,
    ...options,
  })
}

const send = (port: number, wanted?: Wanted, fields?: Partial<OutboundMail>): Promise<OutboundReport> =>
  transport(port, wanted).send(mail(fields))

async function raw(onConnection: (socket: Socket) => void): Promise<RawServer> {
  const server = await startRawServer({ onConnection })
  opened.push(server)
  return server
}

/** A mail server that says `replies` in order, one for each thing that it is sent. */
const script = (...replies: string[]) =>
  raw((socket) => {
    const rest = [...replies]
    const say = () => socket.write(`${rest.shift() ?? '250 ok'}\r\n`)
    socket.on('data', say)
    say()
  })

describe('a message', () => {
  it('arrives as it was meant', async () => {
    const server = await serve()
    const report = await send(server.port)
    expect(report).toMatchObject({
      outcome: 'delivered',
      startedAt: 1_700_000_000_000,
      statusCode: 250,
      error: null,
      responseHeaders: {},
    })
    expect(report.responseBody?.toString()).toMatch(/^250 .*queued as 1$/)
    expect(server.received).toHaveLength(1)
    expect(server.received[0]).toMatchObject({
      from: 'alerts@example.com',
      to: ['a@example.com', 'b@example.com'],
      secure: false,
      user: null,
      headers: {
        from: 'Sealpost <alerts@example.com>',
        to: 'a@example.com, b@example.com',
        subject: 'Größer: score < 75',
        'message-id': '<evt_1.webhook_1@example.com>',
        date: 'Sat, 22 Mar 2025 14:30:00 +0000',
        'x-sealpost-event': 'alert.triggered',
        'webhook-id': 'evt_1',
      },
      bodies: {
        'text/plain': expect.stringMatching(/^Ein kurzer Text — mit Strich\.\r\n\.\r\nNoch eine Zeile\.\s+$/),
        'text/html': '<p>Größe</p>\r\n',
      },
    })
  })

  it('cannot bring headers or recipients of its own', async () => {
    const server = await serve()
    await send(
      server.port,
      {},
      {
        subject: 'a\r\nBcc: c@example.com\r\n\r\nbody',
        headers: { 'X-Sealpost-Event': 'a\r\nBcc: d@example.com' },
      },
    )
    const [received] = server.received
    expect(received?.to).toEqual(['a@example.com', 'b@example.com'])
    expect(received?.counts['bcc']).toBeUndefined()
    expect(received?.raw).not.toMatch(/^bcc:/im)
  })
})

describe('TLS and login', () => {
  const login = { user: 'us@er', password: 'p/a:s s' }

  it('upgrades with STARTTLS before it logs in', async () => {
    const server = await serve({ identity, login })
    expect(await send(server.port, { tls: 'upgrade', login })).toMatchObject({ outcome: 'delivered' })
    expect(server.received).toMatchObject([{ secure: true, user: 'us@er' }])
  })

  it('speaks TLS from the first byte', async () => {
    const server = await serve({ identity, login, secure: true })
    expect(await send(server.port, { tls: 'first', login })).toMatchObject({ outcome: 'delivered' })
    expect(server.received).toMatchObject([{ secure: true, user: 'us@er' }])
  })

  it('sends nothing to a server that offers no STARTTLS', async () => {
    const server = await serve()
    const report = await send(server.port, { tls: 'upgrade' })
    expect(report.error?.code).toBe('smtp_not_secure')
    expect(server.received).toEqual([])
  })

  it.each([
    ['tls_untrusted', createSelfSigned({ names: ['127.0.0.1'] })],
    ['tls_name_mismatch', authority.issue({ names: ['mail.example.com'] })],
    ['tls_expired', authority.issue({ names: ['127.0.0.1'], notAfter: new Date(0), notBefore: new Date(0) })],
  ])('tells of a certificate: %s', async (code, bad) => {
    const server = await serve({ identity: bad })
    expect((await send(server.port, { tls: 'upgrade' })).error?.code).toBe(code)
    expect(server.received).toEqual([])
  })

  it('tells of a port that speaks no TLS', async () => {
    const server = await serve()
    expect((await send(server.port, { tls: 'first' })).error?.code).toBe('tls_failed')
  })

  it('tells of a refused login, and never of the password', async () => {
    const server = await serve({ identity, login })
    const wrong = { user: 'us@er', password: 'S3CRET-WORD' }
    const report = await send(server.port, { tls: 'upgrade', login: wrong })
    expect(report).toMatchObject({
      statusCode: 535,
      error: { code: 'smtp_login_refused' },
      responseBody: null,
    })
    expect(JSON.stringify(report)).not.toMatch(/S3CRET|us@er/)
  })

  it('does not send a password to a server that asks for none', async () => {
    const server = await serve({ identity })
    const report = await send(server.port, { tls: 'upgrade', login })
    expect(report.error?.code).toBe('smtp_login_refused')
    expect(server.received).toEqual([])
  })
})

describe('a refusal', () => {
  it.each([
    [451, 'smtp_try_later'],
    [552, 'smtp_refused'],
  ])('of the message with %i is %s', async (code, word) => {
    const server = await serve({ refuseMessage: () => code })
    const report = await send(server.port)
    expect(report).toMatchObject({ outcome: 'failed', statusCode: code, error: { code: word } })
    expect(report.error?.message).toContain('not this message')
    expect(report.responseBody?.toString()).toContain('not this message')
  })

  it('of every recipient is one of the message', async () => {
    const server = await serve({ refuseRecipient: () => 550 })
    expect(await send(server.port)).toMatchObject({ statusCode: 550, error: { code: 'smtp_refused' } })
  })

  it('of one recipient for good leaves it to the log', async () => {
    const server = await serve({ refuseRecipient: (address) => (address.startsWith('b') ? 550 : null) })
    const report = await send(server.port)
    expect(report).toMatchObject({ outcome: 'delivered', statusCode: 250 })
    expect(report.responseBody?.toString()).toContain('b@example.com: 550 not b@example.com')
    expect(server.received).toMatchObject([{ to: ['a@example.com'] }])
  })

  it('of one recipient for now is retried', async () => {
    const server = await serve({ refuseRecipient: (address) => (address.startsWith('b') ? 450 : null) })
    const report = await send(server.port)
    expect(report).toMatchObject({ outcome: 'failed', statusCode: 450, error: { code: 'smtp_try_later' } })
    expect(report.error?.message).toContain('b@example.com')
  })

  it.each([
    ['554 no service', 'smtp_refused', 554],
    ['421 too busy', 'smtp_try_later', 421],
    ['HTTP/1.1 400 Bad Request', 'malformed_response', null],
  ])('in place of a greeting: %s', async (greeting, code, statusCode) => {
    const server = await script(greeting)
    expect(await send(server.port)).toMatchObject({ statusCode, error: { code } })
  })
})

describe('a server that misbehaves', () => {
  const quick = { deadlineMs: 2_000 }

  it('is given up when it says nothing', async () => {
    const server = await raw(() => undefined)
    const report = await send(server.port, quick)
    expect(report.error).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('The mail server'),
    })
  })

  it('is given up when it drips', async () => {
    const server = await raw((socket) => {
      const drip = setInterval(() => socket.write('2'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    expect((await send(server.port, quick)).error?.code).toBe('timeout')
  })

  it('is given up when it hangs after the message', async () => {
    const server = await script('220 hi', '250 ok', '250 ok', '250 ok', '250 ok', '354 go on', '')
    expect((await send(server.port, quick)).outcome).toBe('failed')
  })

  it('is cut off when its answer has no end', async () => {
    const server = await raw((socket) => flood(socket, '250-and more\r\n'.repeat(1_000)))
    expect((await send(server.port)).error?.code).toBe('malformed_response')
  })

  it('that closes before and within the message fails the attempt', async () => {
    const early = await raw((socket) => socket.end())
    expect((await send(early.port)).error?.code).toMatch(/^connection_/)
    const replies = ['220 hi', '250 ok', '250 ok', '250 ok', '250 ok', '354 go on']
    const within = await raw((socket) => {
      const rest = [...replies]
      const say = () => {
        const next = rest.shift()
        if (next === undefined) socket.destroy()
        else socket.write(`${next}\r\n`)
      }
      socket.on('data', say)
      say()
    })
    expect((await send(within.port)).error?.code).toMatch(/^connection_/)
    expect(within.received).toContain('DATA')
  })
})

describe('the guard', () => {
  it('keeps the relay to public addresses and mail ports', async () => {
    const server = await serve()
    const refused = await send(server.port, { allowCidr: [] })
    expect(refused.error).toMatchObject({
      code: 'address_denied',
      message: expect.stringContaining('--allow-cidr'),
    })
    const elsewhere = await send(8443, { host: '93.184.215.14', allowCidr: [] })
    expect(elsewhere.error?.message).toContain('Port 8443 is only allowed')
    expect(server.connections).toBe(0)
  })

  it('tells of a port where nothing listens', async () => {
    const server = await startMailServer()
    await server.close()
    expect((await send(server.port)).error?.code).toBe('connection_refused')
  })
})

it('holds no more connections than it may, and serves who waits', async () => {
  const server = await serve()
  const one = transport(server.port, { connectionsMax: 2 })
  const reports = await Promise.all(Array.from({ length: 12 }, () => one.send(mail())))
  expect(reports.every(({ outcome }) => outcome === 'delivered')).toBe(true)
  expect(server.received).toHaveLength(12)

  const silent = await raw(() => undefined)
  const stuck = transport(silent.port, { connectionsMax: 2, deadlineMs: 2_000 })
  // One connection each; what waits behind them was not sent, which is nobody's fault out there.
  const organizations = [1, 1, 1, 1, 2]
  const failures = await Promise.all(
    organizations.map((organizationId) => stuck.send(mail({ organizationId }))),
  )
  expect(failures.map(({ error }) => error?.code).sort()).toEqual([
    ...Array.from({ length: 3 }, () => 'not_sent'),
    ...Array.from({ length: 2 }, () => 'timeout'),
  ])
  expect(silent.connections).toBeLessThanOrEqual(5)
})
