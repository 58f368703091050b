/** One member of `Cache-Status`: RFC 9211 §2, a list of Structured Fields (RFC 9651 §3.1). */
export interface CacheStatusMember {
  readonly cache: string
  readonly parameters: Readonly<Record<string, string | number | boolean>>
}

/** @throws SyntaxError of what is no such list */
export function parseCacheStatus(text: string): readonly CacheStatusMember[] {
  return text.split(/\s*,\s*/).map((member) => {
    const [cache = '', ...given] = member.split(/;\s*/)
    if (!/^[A-Za-z*][\w:/!#$%&'*+.^`|~-]*$/.test(cache)) throw new SyntaxError(`no token: ${cache}`)
    return { cache, parameters: Object.fromEntries(given.map(parameter)) }
  })
}

function parameter(text: string): readonly [string, string | number | boolean] {
  const [, key, value] = /^([a-z*][a-z0-9_.*-]*)(?:=(.+))?$/.exec(text) ?? []
  if (key === undefined) throw new SyntaxError(`no parameter: ${text}`)
  if (value === undefined) return [key, true]
  if (/^-?\d{1,15}$/.test(value)) return [key, Number(value)]
  if (/^[A-Za-z*][\w:/!#$%&'*+.^`|~-]*$/.test(value)) return [key, value]
  throw new SyntaxError(`no value: ${value}`)
}
