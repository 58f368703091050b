/** What a token says of somebody of whom nothing is said. */
export const plainSubject = { roles: [], aal: 1, authority: 0, isAnonymous: false, claims: {} } as const

/** The same of a caller. */
export const plainCaller = { ...plainSubject, resources: null } as const
