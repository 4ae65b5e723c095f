import { describe, expect, it } from 'vitest'
import { ConnectError } from '../guard/connect-error.ts'
import { ownFaultOf } from './own-fault.ts'

function coded(code: string): Error {
  return Object.assign(new Error('what the system says'), { code })
}

function lookup(code: string): ConnectError {
  return new ConnectError('dns_failed', 'hooks.example.com could not be looked up.', { cause: coded(code) })
}

describe('a fault of our own', () => {
  it.each([
    ['EMFILE', 'out_of_descriptors', 'machine'],
    ['ENFILE', 'out_of_descriptors', 'machine'],
    ['ENOMEM', 'out_of_memory', 'machine'],
    ['ENOBUFS', 'out_of_memory', 'machine'],
    ['EAGAIN', 'out_of_memory', 'machine'],
    ['ERR_SSL_MALLOC_FAILURE', 'out_of_memory', 'machine'],
    ['EADDRNOTAVAIL', 'out_of_ports', 'webhook'],
    ['EPERM', 'local_firewall', 'webhook'],
    ['EACCES', 'local_firewall', 'webhook'],
    ['ENETDOWN', 'network_down', 'network'],
  ])('%s is %s, of the %s', (code, fault, scope) => {
    expect(ownFaultOf(coded(code))).toMatchObject({ code: fault, scope })
  })

  it('is memory that no buffer can be made of', () => {
    expect(ownFaultOf(new RangeError('Array buffer allocation failed'))).toMatchObject({
      code: 'out_of_memory',
    })
  })

  it('is a name server of ours that cannot be asked', () => {
    expect(ownFaultOf(lookup('ECONNREFUSED'))).toMatchObject({ code: 'resolver_down', scope: 'network' })
    expect(ownFaultOf(lookup('ENOMEM'))).toMatchObject({ code: 'out_of_memory', scope: 'machine' })
  })
})

describe('a fault that may be the other side’s', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED'])(
    '%s is',
    (code) => {
      expect(ownFaultOf(coded(code))).toBeNull()
    },
  )

  it.each(['ETIMEOUT', 'ESERVFAIL', 'EREFUSED'])('a lookup that ends with %s is', (code) => {
    expect(ownFaultOf(lookup(code))).toBeNull()
  })

  it('is anything else that is thrown', () => {
    for (const thrown of [undefined, 'text', new RangeError('out of range'), new Error('what?')]) {
      expect(ownFaultOf(thrown)).toBeNull()
    }
  })
})
