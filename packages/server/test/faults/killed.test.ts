import { describe } from 'vitest'
import { testInShort } from './slice.ts'

describe('what kill -9 leaves', () =>
  testInShort(['kills', 'power-cuts', 'first-start', 'moves', 'retention']))
