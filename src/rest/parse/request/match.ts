import { Problem } from '../../../base/problem.ts'

/** The entity tag of an item begins with the version of its row: `"1767225600000.…"`. */
const versioned = /^"(\d{1,16})\.[\w-]+"$/

/**
 * The versions that an `If-Match` names (RFC 9110 §13.1.1), by strong comparison: a weak tag matches nothing. Null
 * of `*`, which says no more than that there is an item.
 * @throws Problem PRECONDITION_FAILED when it names no version that an item could have
 */
export function readMatch(header: string): readonly number[] | null {
  if (header.trim() === '*') return null
  const versions = header.split(',').flatMap((tag) => {
    const [, version] = versioned.exec(tag.trim()) ?? []
    return version === undefined ? [] : [Number(version)]
  })
  if (versions.length > 0) return versions
  throw new Problem('PRECONDITION_FAILED', {
    message: 'If-Match names no version of an item',
    hint: 'Send the ETag that a GET of the item answered, as it is.',
  })
}
