/** The `code` that Node, OpenSSL, c-ares and undici put on their errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
