type NodeCrypto = typeof import('node:crypto')

let loaded: NodeCrypto | null = null

/**
 * `node:crypto`, loaded when it is first used: evaluating it takes longer than all of the rest at start-up, and an
 * import at the top of a module would do so.
 */
export function nodeCrypto(): NodeCrypto {
  loaded ??= process.getBuiltinModule('node:crypto')
  return loaded
}
