import { TooMuchData } from '../things.ts'

/** Told of each tag and text of a page, in order; every opened tag is closed. */
export interface TagListener {
  onOpenTag(name: string, attributes: Record<string, string>): void
  onText(data: string): void
  onCloseTag(): void
  onEnd(): void
}

/**
 * A listener that is told nothing more once it has thrown, `TooMuchData` apart. The parsers stumble over markup now and
 * then, such as a `property` that is called like a method of every object; that must not cost the rest of the page.
 */
export function contained(listener: TagListener, onFailure: () => void): TagListener {
  let hasFailed = false
  function attempt(action: () => void): void {
    if (hasFailed) return
    try {
      action()
    } catch (error) {
      if (error instanceof TooMuchData) throw error
      hasFailed = true
      onFailure()
    }
  }
  return {
    onOpenTag: (name, attributes) => attempt(() => listener.onOpenTag(name, attributes)),
    onText: (data) => attempt(() => listener.onText(data)),
    onCloseTag: () => attempt(() => listener.onCloseTag()),
    onEnd: () => attempt(() => listener.onEnd()),
  }
}
