import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import createModule from 'xerces-wasm/wasm/xerces_validator.js'

// Xerces-C++ as it runs here: without files, on a stack of its own that is looked after.

interface Exports {
  memory: WebAssembly.Memory
  malloc: (bytes: number) => number
  _emscripten_stack_restore: (address: number) => void
}

/**
 * The library recurses over what is nested, on a stack of 64 KiB that it shares with its data, and nothing guards the end of
 * it: what goes beyond silently changes whatever lies there. So it gets another: V8's own stack, with its guard, ends first.
 */
const STACK_BYTES = 8 * 1024 * 1024
/** The far end of the stack, where nobody may have written. */
const GUARD_WORDS = 512
const GUARD = 0x5afe57ac

/** `errno` of WASI, and what a system call answers. */
const NO_SUCH_FILE = 44

/** Every way to a file. Those it is asked for by a schema or document are of this process, though of no disk. */
const CLOSED: Readonly<Record<string, () => number>> = {
  __syscall_openat: () => -NO_SUCH_FILE,
  __syscall_readlinkat: () => -NO_SUCH_FILE,
  __syscall_getcwd: () => -NO_SUCH_FILE,
  __syscall_dup: () => -NO_SUCH_FILE,
  fd_read: () => NO_SUCH_FILE,
}

function closed(imports: WebAssembly.Imports): WebAssembly.Imports {
  return Object.fromEntries(
    Object.entries(imports).map(([module, functions]) => [
      module,
      Object.fromEntries(Object.entries(functions).map(([name, real]) => [name, CLOSED[name] ?? real])),
    ]),
  )
}

const wasmFile = createRequire(import.meta.url).resolve('xerces-wasm/wasm/xerces_validator.wasm')
const wasm = new WebAssembly.Module(readFileSync(wasmFile))
let exports: Exports | undefined

export const xerces = await createModule({
  instantiateWasm(imports, receive) {
    const instance = new WebAssembly.Instance(wasm, closed(imports))
    exports = instance.exports as unknown as Exports
    receive(instance, wasm)
  },
})

const { memory, malloc, _emscripten_stack_restore: setStack } = exports as unknown as Exports
const stack = Math.ceil(malloc(STACK_BYTES) / 16) * 16
const guard = () => new Uint32Array(memory.buffer, stack, GUARD_WORDS)
guard().fill(GUARD)
setStack(stack + STACK_BYTES - 16)

/** Whether the stack has ever been too small: then nothing in the memory can be trusted any more. */
export function isStackSpoilt(): boolean {
  const words = guard()
  for (let index = 0; index < GUARD_WORDS; index++) if (words[index] !== GUARD) return true
  return false
}
