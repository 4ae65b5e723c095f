import { describe, expect, it } from 'vitest'
import { SCOPES, type Scope } from '../core/organization.ts'
import { covers } from './scopes.ts'

const opened = (...held: Scope[]) => SCOPES.filter((needed) => covers(held, needed))

describe('a scope', () => {
  it('holds the lesser ones', () => {
    expect(opened('read')).toEqual(['read'])
    expect(opened('write')).toEqual(['read', 'write'])
    expect(opened('admin')).toEqual(['read', 'write', 'admin'])
  })

  it('operator opens no organization', () => {
    expect(opened('operator')).toEqual(['operator'])
    expect(opened('admin')).not.toContain('operator')
  })

  it('is added to the others of the same key', () => {
    expect(opened('read', 'operator')).toEqual(['read', 'operator'])
    expect(opened()).toEqual([])
  })
})
