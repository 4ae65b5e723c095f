import { TooMuchData } from '../things.ts'

export interface Tag {
  /** Lower case in HTML. */
  name: string
  /** Whether it is HTML's own, and not of SVG or the like. */
  isHtml: boolean
  attributes: Record<string, string>
  /** Where it begins in the page. */
  offset: number
}

/** Told of each tag and text of a page, in order; every opened tag is closed. */
export interface TagListener {
  onOpenTag(tag: Tag): void
  onText(data: string): void
  /** `offset`: where the tag begins that is closed. */
  onCloseTag(offset: number): void
  onEnd(): void
}

/**
 * A listener that is told nothing more once it has thrown, `TooMuchData` apart. The parsers stumble over markup now and
 * then, such as a `property` that is called like a method of every object; that must not cost the rest of the page.
 */
export function contained(listener: TagListener, onFailure: (offset: number) => void): TagListener {
  let hasFailed = false
  let offset = 0
  function attempt(action: () => void): void {
    if (hasFailed) return
    try {
      action()
    } catch (error) {
      if (error instanceof TooMuchData) throw error
      hasFailed = true
      onFailure(offset)
    }
  }
  return {
    onOpenTag(tag) {
      offset = tag.offset
      attempt(() => listener.onOpenTag(tag))
    },
    onText: (data) => attempt(() => listener.onText(data)),
    onCloseTag: (offset) => attempt(() => listener.onCloseTag(offset)),
    onEnd: () => attempt(() => listener.onEnd()),
  }
}
