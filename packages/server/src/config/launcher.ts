/**
 * Whether npx started this process. Then a shell stands between npx and us: a signal to npx ends that shell, and we hear
 * nothing of it.
 */
export function isStartedByNpx(environment = process.env): boolean {
  return environment['npm_command'] === 'exec'
}
