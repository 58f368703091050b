/** What one request may ask for. Every cap has an error of its own (`LIMIT_…` in problem.ts). */
export interface Limits {
  /** Rows of one page; also the page when no limit is given. */
  readonly rows: number
  /** Rows passed over before a page. */
  readonly offset: number
  /** Levels of embeds below the root. */
  readonly embedDepth: number
  /** Embeds of one request, all levels together. */
  readonly embeds: number
  /** Characters of the raw query string. */
  readonly queryLength: number
  /** Selected columns, filters and order terms of one request together. */
  readonly queryParts: number
  /** Levels of nested `and`/`or`. */
  readonly logicDepth: number
  /** Bytes of the body of a write. */
  readonly bodyBytes: number
  /** Rows of the body of a write. */
  readonly bodyRows: number
  /** Rows times columns of the body of a write; of a batch, of all of its bodies. */
  readonly bodyCells: number
  /** Rows that one write touches, of those that are there; as many as a body may bring. */
  readonly touchedRows: number
  /** Writes of one transaction. */
  readonly operations: number
}

export const defaultLimits: Limits = {
  rows: 1_000,
  offset: 100_000,
  embedDepth: 5,
  embeds: 20,
  queryLength: 8_192,
  queryParts: 300,
  logicDepth: 10,
  bodyBytes: 1_048_576,
  bodyRows: 10_000,
  bodyCells: 400_000,
  touchedRows: 10_000,
  operations: 100,
}
