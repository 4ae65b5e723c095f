import { AFTER_EVERY_ID } from './ids.ts'

/** Where a page begins, as bytes; null when the cursor is no id, and so nothing comes after it. */
export function pageStart(before: string | null, bytesOf: (id: string) => Buffer | null): Buffer | null {
  return before === null ? AFTER_EVERY_ID : bytesOf(before)
}
