/** @throws what `work` throws, also where it does so before there is a promise; an Error past the deadline */
export async function within<T>(work: () => Promise<T>, deadlineMilliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer in ${deadlineMilliseconds} ms`)),
      deadlineMilliseconds,
    )
  })
  try {
    return await Promise.race([work(), deadline])
  } finally {
    clearTimeout(timer)
  }
}
