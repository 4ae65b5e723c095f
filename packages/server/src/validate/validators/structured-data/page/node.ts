import { html } from 'parse5'

/** A step of a page's tree: an element, a run of text (`name` is empty), or the page itself. */
export class PageNode {
  /** Of an element, as it stands in the tree: lower case in HTML. Empty for text and for the page itself. */
  readonly name: string
  readonly namespace: html.NS
  attributes: PageAttributes
  /** Of the character in the page where its tag begins. */
  readonly offset: number
  /** Where its start tag ends: what it holds begins there. */
  readonly contentOffset: number
  /** Whether it says something itself, so that it must stay in the tree. */
  isMarked = false
  text = ''
  /** How long its text was when it was last one piece of memory. */
  flatLength = FLATTENED_FROM
  /** The content of a `<template>`, which is no part of the page. */
  content: PageNode | null = null
  /** Whether it may still get content. */
  isOpen = true
  /** Whether it is a script that holds JSON-LD. */
  isScript = false
  /** Where the text of a script ends, when it is the page's as it stands. */
  scriptEnd: number | null = null

  parent: PageNode | null = null
  first: PageNode | null = null
  last: PageNode | null = null
  previous: PageNode | null = null
  next: PageNode | null = null

  constructor(
    name: string,
    namespace: html.NS,
    attributes: PageAttributes,
    offset: number,
    contentOffset: number,
  ) {
    this.name = name
    this.namespace = namespace
    this.attributes = attributes
    this.offset = offset
    this.contentOffset = contentOffset
  }

  get isText(): boolean {
    return this.parent !== null && this.name === ''
  }
}

export type PageAttributes = readonly { name: string; value: string; prefix?: string | undefined }[]

export const HTML_NAMESPACE = html.NS.HTML
export const OTHER_NAMESPACE = html.NS.XML

const NO_ATTRIBUTES: PageAttributes = []

export function createRoot(): PageNode {
  return new PageNode('', HTML_NAMESPACE, NO_ATTRIBUTES, 0, 0)
}

/** Puts a node in front of another one, or at the end. */
export function insert(parent: PageNode, node: PageNode, before: PageNode | null): void {
  if (node.parent !== null) detach(node)
  const previous = before === null ? parent.last : before.previous
  node.parent = parent
  node.previous = previous
  node.next = before
  if (previous === null) parent.first = node
  else previous.next = node
  if (before === null) parent.last = node
  else before.previous = node
}

export function detach(node: PageNode): void {
  const { parent, previous, next } = node
  if (parent === null) return
  if (previous === null) parent.first = next
  else previous.next = next
  if (next === null) parent.last = previous
  else next.previous = previous
  node.parent = null
  node.previous = null
  node.next = null
}

/** Adds text in front of a node or at the end, to the text that stands there if there is one. */
export function insertText(parent: PageNode, text: string, before: PageNode | null): void {
  const previous = before === null ? parent.last : before.previous
  if (previous?.isText === true) {
    previous.text += text
    if (previous.text.length > previous.flatLength * FLATTENED_AT) flatten(previous)
    return
  }
  const node = new PageNode('', HTML_NAMESPACE, NO_ATTRIBUTES, 0, 0)
  node.text = text
  insert(parent, node, before)
}

const FLATTENED_AT = 1.25
const FLATTENED_FROM = 64 * 1024

/** What is put together of a million words is, in memory, a tree of a million words until it is read. */
function flatten(node: PageNode): void {
  node.text = flattened(node.text)
  node.flatLength = Math.max(node.text.length, FLATTENED_FROM)
}

/** The same text in one piece of memory. */
export function flattened(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

/** An attribute's name as it is written. */
export function attributeName({ name, prefix }: PageAttributes[number]): string {
  return prefix === undefined || prefix === '' ? name : `${prefix}:${name}`
}

export function attributeOf(node: PageNode, wanted: string): string | undefined {
  return node.attributes.find((attribute) => attributeName(attribute) === wanted)?.value
}

/** All text below a node, as `textContent` has it. */
export function textOf(node: PageNode): string {
  const pieces: string[] = []
  visit(node, (each) => {
    if (each.isText) pieces.push(each.text)
  })
  return pieces.join('')
}

/** Goes through a tree in order, without recursion: a hostile page is deep. */
export function visit(
  top: PageNode,
  enter: (node: PageNode, depth: number) => void,
  leave?: (node: PageNode, depth: number) => void,
): void {
  let node = top
  let depth = 0
  for (;;) {
    enter(node, depth)
    if (node.first !== null) {
      node = node.first
      depth += 1
      continue
    }
    leave?.(node, depth)
    while (node !== top && node.next === null) {
      if (node.parent === null) return
      node = node.parent
      depth -= 1
      leave?.(node, depth)
    }
    if (node === top || node.next === null) return
    node = node.next
  }
}
