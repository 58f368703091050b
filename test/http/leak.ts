/** What no answer may say: SQL and its engine, tables of ours, stacks, paths, keys and tokens. */
const leaks: readonly RegExp[] = [
  /\bselect\s+[^"]*\sfrom\b/i,
  /\b(?:insert into|delete from|update \w+ set|create table)\b/i,
  // The name of SQLite is no secret: operators are refused because of it. Its codes and errors are.
  /sqlite_|sqld|libsql|hrana|json_(?:group_)?(?:array|object|each)|near ".*": syntax|no such (?:column|table|function)/i,
  /\bauth_(?:users|sessions|refresh_tokens)\b/,
  /password_hash|\bscrypt\b/,
  /"_t\d+"/,
  /\n\s+at |\.ts:\d+|node_modules|file:\/\//,
  /\bsb_(?:secret|publishable)_\w/,
  /\beyJ[\w-]{10,}\./,
  /127\.0\.0\.1|localhost/,
  /\b(?:TypeError|RangeError|SyntaxError|ReferenceError|AggregateError)\b/,
]

/** The first thing in an answer that must not be there, or null. */
export function leakIn(answer: { readonly headers: Headers; readonly text: string }): string | null {
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  for (const leak of leaks) {
    const found = leak.exec(`${headers}\n${answer.text}`)
    if (found !== null) return `${leak}: ${found[0]}`
  }
  return null
}
