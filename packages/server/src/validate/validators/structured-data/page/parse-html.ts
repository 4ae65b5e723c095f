import { InsertionMode, Parser, Token, Tokenizer, type TokenHandler, type TokenizerOptions } from 'parse5'
import { LIMITS } from '../../../../core/limits.ts'
import { TooMuchData } from '../things.ts'
import { createHtmlAdapter, type Cursor, type Nodes } from './html-adapter.ts'
import { flattened, HTML_NAMESPACE, type PageNode } from './node.ts'
import { PageTree, type Wanted } from './tree.ts'

export interface ParsedHtml {
  tree: PageTree
  /** What there was too much of to read on. */
  tooMuch: TooMuchData | null
  /** Attributes of the first `<meta>`s, in order. */
  metas: readonly ReadonlyMap<string, string>[]
}

/** What browsers make of a page (https://html.spec.whatwg.org/multipage/parsing.html) when they run no scripts. */
export function parseHtml(text: string, wanted: Wanted): ParsedHtml {
  const tree = new PageTree(wanted, false)
  const cursor: Cursor = { tagOffset: 0, tagEnd: 0, latest: null, metas: [] }
  const parser = new PageParser(tree, cursor, text.length)
  let tooMuch: TooMuchData | null = null
  try {
    for (let from = 0; from < text.length; from += PIECE_CHARACTERS) {
      parser.tokenizer.write(text.slice(from, from + PIECE_CHARACTERS), false)
      parser.tokenizer.flushCurrentCharacterToken()
    }
    parser.tokenizer.write('', true)
  } catch (error) {
    if (!(error instanceof TooMuchData)) throw error
    tooMuch = error
  }
  return { tree, tooMuch, metas: cursor.metas }
}

/** In one piece, the parser would keep a list of all line breaks that are two characters. */
const PIECE_CHARACTERS = 128 * 1024

const JOINED_CHARACTERS = 512 * 1024

/** Knows where tags are. The library can tell that too, but then of every attribute as well, and it takes its time. */
class PageTokenizer extends Tokenizer {
  readonly #cursor: Cursor

  constructor(options: TokenizerOptions, handler: TokenHandler, cursor: Cursor) {
    super(options, handler)
    this.#cursor = cursor
  }

  override _createStartTagToken(): void {
    super._createStartTagToken()
    this.#cursor.tagOffset = this.preprocessor.offset - '<'.length
  }

  override _createEndTagToken(): void {
    super._createEndTagToken()
    this.#cursor.tagOffset = this.preprocessor.offset - '</'.length
  }

  override emitCurrentTagToken(): void {
    this.#cursor.tagEnd = this.preprocessor.offset + '>'.length
    super.emitCurrentTagToken()
  }
}

/** Tells the tree when elements end, and keeps within the limits. */
class PageParser extends Parser<Nodes> {
  readonly #tree: PageTree
  readonly #cursor: Cursor
  readonly #pageEnd: number
  #depth = 0
  /** How long text in a table may get before it is made one piece of memory again. */
  #flattenAt = JOINED_CHARACTERS

  constructor(tree: PageTree, cursor: Cursor, pageEnd: number) {
    super({ scriptingEnabled: false, treeAdapter: createHtmlAdapter(tree, cursor) })
    this.tokenizer = new PageTokenizer(this.options, this, cursor)
    this.#tree = tree
    this.#cursor = cursor
    this.#pageEnd = pageEnd
  }

  override onItemPush(node: PageNode, tagId: number, isTop: boolean): void {
    super.onItemPush(node, tagId, isTop)
    this.#depth += 1
    if (this.#depth > LIMITS.structuredTagDepthEnd) {
      throw new TooMuchData(`elements more than ${LIMITS.structuredTagDepthEnd} deep`)
    }
  }

  override onItemPop(node: PageNode, isTop: boolean): void {
    super.onItemPop(node, isTop)
    this.#depth -= 1
    if (node.isScript && node.namespace === HTML_NAMESPACE) {
      const hasEndTag = this.currentToken?.type === Token.TokenType.END_TAG
      node.scriptEnd = hasEndTag ? this.#cursor.tagOffset : this.#pageEnd
    }
    this.#tree.close(node)
  }

  /** Elements without content are never open. */
  override _appendElement(token: Token.TagToken, namespace: PageNode['namespace']): void {
    super._appendElement(token, namespace)
    if (this.#cursor.latest !== null) this.#tree.close(this.#cursor.latest)
  }

  override onCharacter(token: Token.CharacterToken): void {
    if (!this.#joins(token)) super.onCharacter(token)
  }

  override onWhitespaceCharacter(token: Token.CharacterToken): void {
    if (this.skipNextNewLine || !this.#joins(token)) super.onWhitespaceCharacter(token)
  }

  /** The library gathers text directly in a table word by word; a megabyte of it would fill the memory. */
  #joins(token: Token.CharacterToken): boolean {
    const before = this.pendingCharacterTokens[0]
    if (before === undefined) this.#flattenAt = JOINED_CHARACTERS
    if (
      this.insertionMode !== InsertionMode.IN_TABLE_TEXT ||
      this.tokenizer.inForeignNode ||
      before === undefined
    )
      return false
    if (token.type === Token.TokenType.CHARACTER) {
      before.type = Token.TokenType.CHARACTER
      this.hasNonWhitespacePendingCharacterToken = true
    }
    // It may be part of a value that is opened again only where the text goes.
    if (this.#tree.mayWantText) {
      before.chars += token.chars
      if (before.chars.length > this.#flattenAt) {
        before.chars = flattened(before.chars)
        this.#flattenAt = before.chars.length + JOINED_CHARACTERS
      }
    }
    return true
  }
}
