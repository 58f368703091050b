/** How long data centres, sessions and cookies remember what was written, in seconds. */
export const rememberedSeconds = 8 * 86_400

/** So long an answer may be kept at most, stale or not: by then what was written since has to be remembered. */
export const longestKeptSeconds = 7 * 86_400
