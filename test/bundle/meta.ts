/** A metafile of esbuild (https://esbuild.github.io/api/#metafile), as far as it is read here. */
interface Meta {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >
}

/** Paths of the modules of which something is in a bundle, by what the bundler says of it. */
export function bundledModules(metafile: string): readonly string[] {
  const { outputs }: Meta = JSON.parse(metafile)
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
}
