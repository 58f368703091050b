/**
 * What is made when it is first asked for, and kept from then on: to start an isolate takes none of its time. Of what
 * throws nothing is kept. What outlives a request must make neither a promise nor I/O so: they belong to the request that
 * began them.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
