/** What a token says of somebody of whom nothing is said. */
export const plainSubject = { roles: [], aal: 1, authority: 0, isAnonymous: false } as const
