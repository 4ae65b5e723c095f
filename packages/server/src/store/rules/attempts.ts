import type { Attempt, AttemptReport } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'

/** The next attempt of a delivery that was leased; `report` is null when nobody knows what came of it. */
export function attemptOf(delivery: Delivery, report: AttemptReport | null): Attempt {
  return {
    deliveryId: delivery.id,
    number: delivery.attemptCount + 1,
    kind: kindOf(delivery),
    outcome: report?.outcome ?? 'unknown',
    startedAt: report?.startedAt ?? delivery.leasedAt ?? delivery.createdAt,
    durationMs: report?.durationMs ?? null,
    sends: report === null ? null : report.sends,
    statusCode: report?.statusCode ?? null,
    error: report?.error ? { code: report.error.code, message: report.error.message } : null,
    requestHeaders: report?.requestHeaders ?? {},
    requestBody: report?.requestBody ?? null,
    responseHeaders: report?.responseHeaders ?? null,
    responseBody: report?.responseBody ?? null,
    repeats: 0,
    repeatedAt: null,
  }
}

export function kindOf({ kind, resendOf }: Delivery): Attempt['kind'] {
  if (kind === 'test') return 'test'
  return resendOf === null ? 'auto' : 'manual'
}
