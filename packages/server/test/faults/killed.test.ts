import { describe } from 'vitest'
import { testInShort } from './slice.ts'

describe('what kill -9 leaves', () => testInShort(['kills', 'first-start', 'moves', 'retention']))
