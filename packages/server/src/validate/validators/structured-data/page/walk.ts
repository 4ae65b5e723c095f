import { LIMITS } from '../../../../core/limits.ts'
import { attributeName, HTML_NAMESPACE, textOf, visit, type PageNode } from './node.ts'
import type { Script } from './scripts.ts'
import type { TagListener } from './tags.ts'

export interface WalkOptions {
  listeners: readonly TagListener[]
  /** Where to put all elements that are looked at; null when nobody asks. */
  elements: PageNode[] | null
  onScript(script: Script): void
  /** Told once, where elements are deeper in each other than is looked at. */
  onTooDeep(offset: number): void
}

/** The root, and the page's outermost element. */
const DEPTH_OF_TOP = 1

/** Tells of all elements and texts of a tree, in the order in which they stand. `page` is the text that it was made from. */
export function walk(root: PageNode, page: string, options: WalkOptions): void {
  const { listeners, elements } = options
  let scripts = 0
  let wasTooDeep = false

  function isWithin(depth: number): boolean {
    return depth >= DEPTH_OF_TOP && depth < LIMITS.structuredTagDepthMax + DEPTH_OF_TOP
  }

  visit(
    root,
    (node, depth) => {
      if (node.isText) {
        for (const listener of listeners) listener.onText(node.text)
        return
      }
      if (node.isScript) {
        options.onScript(scriptOf(node, scripts, page))
        scripts += 1
      }
      if (depth < DEPTH_OF_TOP || (listeners.length === 0 && elements === null)) return
      if (isWithin(depth)) {
        elements?.push(node)
        if (listeners.length === 0) return
        const tag = tagOf(node)
        for (const listener of listeners) listener.onOpenTag(tag)
      } else if (!wasTooDeep) {
        wasTooDeep = true
        options.onTooDeep(node.offset)
      }
    },
    (node, depth) => {
      if (node.isText || !isWithin(depth)) return
      for (const listener of listeners) listener.onCloseTag(node.offset)
    },
  )
  for (const listener of listeners) listener.onEnd()
}

function tagOf(node: PageNode) {
  const attributes: Record<string, string> = {}
  for (const attribute of node.attributes) attributes[attributeName(attribute)] = attribute.value
  return { name: node.name, isHtml: node.namespace === HTML_NAMESPACE, attributes, offset: node.offset }
}

function scriptOf(node: PageNode, index: number, page: string): Script {
  const { offset: tagOffset, contentOffset, scriptEnd } = node
  if (scriptEnd !== null) {
    return { index, tagOffset, text: page.slice(contentOffset, scriptEnd), textOffset: contentOffset }
  }
  const text = textOf(node)
  // Unless there are entities or several sections in it, the text stands somewhere in the page as it is.
  const found = page.indexOf(text, contentOffset)
  return { index, tagOffset, text, textOffset: found === -1 ? contentOffset : found }
}
