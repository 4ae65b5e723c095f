import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from './address.ts'
import { createAddressFinder } from './checked-addresses.ts'

const PUBLIC = '93.184.215.14'

function find(protocol: string, port: number, hostname = PUBLIC, allowCidr: readonly string[] = []) {
  const findAddresses = createAddressFinder({
    allowHttp: true,
    addresses: createAddressPolicy(allowCidr),
    resolver: { resolve: async () => [PUBLIC] },
  })
  return findAddresses({ protocol, hostname, port: String(port) })
}

it.each([25, 465, 587, 2525])('port %i is for mail, and for nothing else', async (port) => {
  expect(await find('smtp:', port)).toEqual([PUBLIC])
  expect(await find('smtp:', port, 'mail.example.com')).toEqual([PUBLIC])
  await expect(find('https:', port)).rejects.toThrow(`Port ${port} is only allowed`)
  await expect(find('http:', port)).rejects.toThrow(`Port ${port} is only allowed`)
})

it.each([80, 443, 8080, 8443, 22])('port %i is not for mail', async (port) => {
  await expect(find('smtp:', port)).rejects.toThrow(`Port ${port} is only allowed`)
})

it('a mail server on a private network is one that the operator listed', async () => {
  await expect(find('smtp:', 25, '10.1.2.3')).rejects.toThrow('a private address')
  expect(await find('smtp:', 1025, '10.1.2.3', ['10.1.0.0/16'])).toEqual(['10.1.2.3'])
  await expect(find('smtp:', 25, 'mail')).rejects.toThrow('has no domain')
  expect(await find('smtp:', 25, 'mail', [`${PUBLIC}/32`])).toEqual([PUBLIC])
})

describe('a name of the local network', () => {
  /** Where a name leads, or all that is said about it at once. */
  function lookUp(hostname: string, answers: string[], allowCidr: readonly string[], port = 3000) {
    const asked: string[] = []
    const findAddresses = createAddressFinder({
      allowHttp: true,
      addresses: createAddressPolicy(allowCidr),
      resolver: {
        async resolve(name) {
          asked.push(name)
          return answers
        },
      },
    })
    return {
      asked,
      found: findAddresses({ protocol: 'http:', hostname, port: String(port) }),
    }
  }

  it.each(['localhost', 'LOCALHOST.', 'app.localhost'])(
    '%s is loopback, and nobody is asked for it',
    async (name) => {
      const both = lookUp(name.toLowerCase(), [PUBLIC], ['127.0.0.0/8', '::1/128'])
      expect([await both.found, both.asked]).toEqual([['127.0.0.1', '::1'], []])
      expect(await lookUp(name.toLowerCase(), [PUBLIC], ['127.0.0.0/8']).found).toEqual(['127.0.0.1'])
      await expect(lookUp(name.toLowerCase(), ['10.0.0.1'], ['10.0.0.0/8']).found).rejects.toMatchObject({
        code: 'address_denied',
        message: expect.stringContaining('--allow-cidr 127.0.0.0/8') as string,
      })
    },
  )

  it.each(['receiver', 'nas.local', 'host.docker.internal'])(
    '%s leads to listed addresses only',
    async (name) => {
      expect(await lookUp(name, ['10.0.0.1', '10.0.0.2'], ['10.0.0.0/8']).found).toEqual([
        '10.0.0.1',
        '10.0.0.2',
      ])
      for (const answers of [[PUBLIC], ['10.0.0.1', PUBLIC]]) {
        await expect(lookUp(name, answers, ['10.0.0.0/8'], 80).found).rejects.toMatchObject({
          code: 'address_denied',
          message: expect.stringContaining(
            `An operator can allow it with --allow-cidr ${PUBLIC}/32.`,
          ) as string,
        })
      }
    },
  )

  it('is told of all that is in the way at once', async () => {
    await expect(lookUp('receiver', ['10.0.0.1', '172.18.0.5', 'fd00::1', PUBLIC], []).found).rejects.toThrow(
      'receiver resolves to 10.0.0.1, a private address; receiver resolves to 172.18.0.5, a private address; ' +
        'receiver resolves to fd00::1, a private address; The host name "receiver" has no domain: it may only lead to ' +
        `addresses that an operator listed, and ${PUBLIC} is not one. An operator can allow it with ` +
        `--allow-cidr 10.0.0.1/32 and --allow-cidr 172.18.0.5/32 and --allow-cidr fd00::1/128 and --allow-cidr ${PUBLIC}/32.`,
    )
  })

  it('of a hidden service is never looked up', async () => {
    const { asked, found } = lookUp('xyz.onion', ['10.0.0.1'], ['10.0.0.0/8'])
    await expect(found).rejects.toMatchObject({ code: 'address_denied' })
    expect(asked).toEqual([])
  })
})
