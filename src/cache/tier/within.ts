/** Somebody did not answer in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** @throws what `work` throws, also where it does so before there is a promise; DeadlineError past the deadline */
export async function within<T>(work: () => Promise<T>, deadlineMilliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DeadlineError(`no answer in ${deadlineMilliseconds} ms`)),
      deadlineMilliseconds,
    )
  })
  try {
    return await Promise.race([work(), deadline])
  } finally {
    clearTimeout(timer)
  }
}
