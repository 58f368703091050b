/** TypeScript as text, right but not pretty: a formatter goes over it. */

/** A member of an object type. */
export interface Member {
  readonly name: string
  readonly optional?: boolean
  readonly type: string
}

/** Without a member it is the type of no member at all; `{}` would be that of anything. */
export function objectType(members: readonly Member[]): string {
  if (members.length === 0) return '{ [_ in never]: never }'
  return `{\n${members.map(memberText).join('\n')}\n}`
}

/** On one line, if it fits. */
export function shortType(members: readonly Member[]): string {
  return `{ ${members.map(memberText).join('; ')} }`
}

export function union(types: readonly string[]): string {
  return types.join(' | ')
}

export function tuple(types: readonly string[]): string {
  return `[${types.join(', ')}]`
}

/** A text as a literal; its escapes are JSON's. */
export function literal(text: string): string {
  return JSON.stringify(text)
}

function memberText({ name, optional = false, type }: Member): string {
  return `${literal(name)}${optional ? '?' : ''}: ${type}`
}
