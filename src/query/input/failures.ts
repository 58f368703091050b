import { type BodyError, mostErrors, Problem } from '../../base/problem.ts'

/** Everything that is wrong with a body, found one after another. */
export class Failures {
  readonly #errors: BodyError[] = []
  #hint: string | undefined
  #count = 0

  get count(): number {
    return this.#count
  }

  add(error: BodyError & { readonly hint?: string | undefined }): void {
    this.#count += 1
    if (this.#count === 1) this.#hint = error.hint
    const { pointer, code, detail } = error
    if (this.#errors.length < mostErrors) this.#errors.push({ pointer, code, detail })
  }

  /** @throws Problem of the first one, which lists them all, if there is any */
  assertNone(): void {
    const [first] = this.#errors
    if (first === undefined) return
    throw new Problem(first.code, {
      message: first.detail,
      details: this.#count === 1 ? null : `${this.#count} values of the body are wrong${this.#listed()}.`,
      hint: this.#hint ?? null,
      errors: this.#errors,
    })
  }

  #listed(): string {
    return this.#count > mostErrors ? `; the first ${mostErrors} are listed` : ''
  }
}

/** A JSON pointer (RFC 6901 §3). */
export function jsonPointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
