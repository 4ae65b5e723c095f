/** As much of WebAssembly as is used here: the library of types has it only among those of browsers. */
declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>
  class Memory {
    readonly buffer: ArrayBuffer
  }
  interface Module {
    readonly [Symbol.toStringTag]: string
  }
  const Module: new (bytes: Uint8Array) => Module
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: Record<string, unknown>
  }
}

/** Xerces-C++ in WebAssembly, by its own entry: the package's one cannot be told how the module is instantiated. */
declare module 'xerces-wasm/wasm/xerces_validator.js' {
  export interface Diagnostic {
    message: string
    /** From 1; 0 where it is not known. In UTF-16 units, behind the tag or text in question. */
    line: number
    column: number
    severity: 'warning' | 'error' | 'fatal'
  }

  export interface Diagnostics {
    valid: boolean
    /** What keeps the text from being XML. */
    parseErrors: Diagnostic[]
    /** The same again, and where it breaks its schema. */
    schemaErrors: Diagnostic[]
  }

  /** A compiled schema. `delete` gives its memory back. */
  export interface ProjectValidator {
    init(entry: string, files: Record<string, string>, targetNamespace: string | null): boolean
    validate(xml: string): Diagnostics
    delete(): void
  }

  export interface XercesModule {
    validate(
      xml: string,
      schema: { entry: string; imports: Record<string, string> },
      targetNamespace: string | null,
    ): Diagnostics
    ProjectValidator: new () => ProjectValidator
  }

  export default function createModule(options: {
    instantiateWasm(
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): void
  }): Promise<XercesModule>
}
