/** What an author's rule says no to: the client reads it as it is. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly hint: string | null
  readonly status: RefusalStatus

  constructor(message: string, { hint = null, status = 400 }: RefusalDetail) {
    super(message)
    this.hint = hint
    this.status = status
  }
}

export type RefusalStatus = 400 | 403 | 404 | 409 | 422

export interface RefusalDetail {
  /** How to do better. */
  readonly hint?: string | null
  /** Default 400. */
  readonly status?: RefusalStatus
}

/** To be thrown by a hook or a procedure, or given to `db.require`: nothing is written, and the client is told why. */
export function refusal(message: string, detail: RefusalDetail = {}): Refusal {
  return new Refusal(message, detail)
}
