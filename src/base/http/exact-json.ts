/**
 * JSON whose numbers keep every digit: what a double does not hold is a `RawJSON`, which `JSON.stringify` writes as
 * it was read (https://github.com/tc39/proposal-json-parse-with-source).
 */
declare global {
  interface RawJSON {
    readonly rawJSON: string
  }
  interface JSON {
    rawJSON(text: string): RawJSON
    isRawJSON(value: unknown): value is RawJSON
    parse(
      text: string,
      reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
  }
}

/** Deeper JSON has to be refused before: the reviver of `JSON.parse` recurses. @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value)
      ? JSON.rawJSON(source)
      : value,
  )
}
