import { html, type Token, type TreeAdapter, type TreeAdapterTypeMap } from 'parse5'
import { createRoot, detach, insert, type PageNode } from './node.ts'
import type { PageTree } from './tree.ts'

/** Where the parser is in the page. */
export interface Cursor {
  /** Where the latest tag begins, and where it ends. */
  tagOffset: number
  tagEnd: number
  /** The element made last. */
  latest: PageNode | null
  /** Attributes of the `<meta>`s, in order: they may say in what encoding the page is. */
  metas: ReadonlyMap<string, string>[]
}

export type Nodes = TreeAdapterTypeMap<
  PageNode,
  PageNode,
  PageNode,
  PageNode,
  PageNode,
  PageNode,
  PageNode,
  PageNode,
  PageNode,
  PageNode
>

/** More say nothing new about the encoding. */
const METAS_MAX = 100

/** How parse5 makes our tree. Comments and the document type are no part of it. */
export function createHtmlAdapter(tree: PageTree, cursor: Cursor): TreeAdapter<Nodes> {
  let mode = html.DOCUMENT_MODE.NO_QUIRKS
  return {
    createDocument: () => tree.root,
    createDocumentFragment: createRoot,
    createElement(name, namespace, attributes) {
      const node = tree.create(name, namespace, attributes, cursor.tagOffset, cursor.tagEnd)
      if (name === 'meta' && cursor.metas.length < METAS_MAX) {
        cursor.metas.push(new Map(attributes.map((attribute) => [attribute.name, attribute.value])))
      }
      cursor.latest = node
      return node
    },
    onElementCreated(node, { isInTemplate }) {
      if (!isInTemplate) tree.noteBase(node)
    },
    createCommentNode: createRoot,
    createTextNode: createRoot,
    adoptAttributes: (node, attributes) => tree.addAttributes(node, attributes),

    appendChild(parent, node) {
      if (!isComment(node)) insert(parent, node, null)
    },
    insertBefore(parent, node, reference) {
      if (!isComment(node)) insert(parent, node, reference)
    },
    insertText: (parent, text) => tree.addText(parent, text),
    insertTextBefore: (parent, text, reference) => tree.addText(parent, text, reference),
    detachNode: detach,
    setTemplateContent(node, content) {
      node.content = content
    },
    getTemplateContent: (node) => node.content ?? createRoot(),

    getFirstChild: (node) => node.first,
    getChildNodes: childrenOf,
    getParentNode: (node) => node.parent,
    getAttrList: (node) => [...node.attributes] as Token.Attribute[],
    getTagName: (node) => node.name,
    getNamespaceURI: (node) => node.namespace,
    getTextNodeContent: (node) => node.text,
    getCommentNodeContent: () => '',
    isTextNode: (node): node is PageNode => node.isText,
    isCommentNode: isNone,
    isElementNode: (node): node is PageNode => node.name !== '',

    setDocumentMode(_, given) {
      mode = given
    },
    getDocumentMode: () => mode,
    setDocumentType: () => undefined,
    isDocumentTypeNode: isNone,
    getDocumentTypeNodeName: () => '',
    getDocumentTypeNodePublicId: () => '',
    getDocumentTypeNodeSystemId: () => '',

    // Places are our own: see PageTokenizer.
    setNodeSourceCodeLocation: () => undefined,
    getNodeSourceCodeLocation: () => null,
    updateNodeSourceCodeLocation: () => undefined,
  }
}

/** There are none in our tree. */
const isNone = (node: PageNode): node is PageNode => node.isText && node.name !== ''

/** What `createCommentNode` makes: neither an element nor text. */
function isComment(node: PageNode): boolean {
  return node.name === '' && node.text === ''
}

function childrenOf(node: PageNode): PageNode[] {
  const children: PageNode[] = []
  for (let child = node.first; child !== null; child = child.next) children.push(child)
  return children
}
