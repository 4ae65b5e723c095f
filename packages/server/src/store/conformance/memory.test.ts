import { createMemoryStore } from '../memory/index.ts'
import { describeStore } from './suite.ts'

describeStore('memory', async (options) => {
  const store = createMemoryStore(options)
  return { store, cleanUp: () => store.close() }
})
