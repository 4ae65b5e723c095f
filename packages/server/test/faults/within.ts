/** The promise, or a rejection when it takes longer. */
export function within<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not within ${timeoutMs} ms`)), timeoutMs)
    void promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
