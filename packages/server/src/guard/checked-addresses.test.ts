import { expect, it } from 'vitest'
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
})
