import type { Store } from '../../../src/store/store.ts'

/** Names a method of the store: `work.commit`. */
export type StoreCall = `${string}.${string}`

type Method = (...args: unknown[]) => Promise<unknown>

/** The store with `around` put around each call of a method of its parts. */
export function aroundEachCall(
  store: Store,
  around: (call: StoreCall, run: () => Promise<unknown>) => Promise<unknown>,
): Store {
  const parts = Object.entries(store).map(([part, methods]) => [
    part,
    typeof methods === 'object' ? wrapPart(part, methods, around) : methods,
  ])
  return Object.fromEntries(parts)
}

function wrapPart(
  part: string,
  methods: Record<string, Method>,
  around: (call: StoreCall, run: () => Promise<unknown>) => Promise<unknown>,
): Record<string, Method> {
  const wrapped = Object.entries(methods).map(([name, method]): [string, Method] => [
    name,
    (...args) => around(`${part}.${name}`, () => method(...args)),
  ])
  return Object.fromEntries(wrapped)
}
