import { type Html, html } from '../../../base/http/html.ts'
import { Problem, type ProblemCode } from '../../../base/problem.ts'
import { code, table } from '../table.ts'

/** Codes that a reader can meet, in the order in which they are met. */
const codes: readonly ProblemCode[] = [
  ...(['PGRST302', 'PGRST301', 'PGRST303', 'PGRST205', '42703', 'PGRST100', 'PGRST127'] as const),
  ...(['PGRST200', 'PGRST201', 'PGRST108', 'PGRST118', 'PGRST120', 'PGRST122', 'PGRST123'] as const),
  ...(['42803', '42846', '42883', '22P02', '22003', '22007', '22023', '2201B'] as const),
  ...(['PGRST103', 'PGRST107', 'PGRST116', 'PGRST117', 'CURSOR_INVALID', 'NOT_FOUND'] as const),
  ...([
    'LIMIT_ROWS',
    'LIMIT_OFFSET',
    'LIMIT_EMBEDS',
    'LIMIT_QUERY_LENGTH',
    'LIMIT_QUERY_SIZE',
    'LIMIT_ANSWER',
  ] as const),
  ...(['invalid_credentials', 'user_already_exists', 'weak_password', 'session_not_found'] as const),
  ...(['refresh_token_not_found', 'refresh_token_already_used', 'user_banned'] as const),
  ...(['UNAVAILABLE_DATABASE', 'DATABASE_TIMEOUT', 'INTERNAL'] as const),
]

/** Codes that whoever writes can meet, too. */
const writeCodes: readonly ProblemCode[] = [
  ...(['42501', 'PGRST102', 'PGRST202', 'PGRST204', '428C9', '21000', '42P10', 'P0001'] as const),
  ...(['22001', '22021', '23502', '23503', '23505', '23514', 'PGRST115', 'PGRST124'] as const),
  ...(['PRECONDITION_FAILED', 'PRECONDITION_REQUIRED', 'PRECONDITION_UNSUPPORTED'] as const),
  ...(['IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'] as const),
  ...(['LIMIT_BODY', 'LIMIT_BODY_ROWS', 'LIMIT_OPERATIONS', 'UNSUPPORTED_MEDIA_TYPE'] as const),
]

/** @param writes whether the reader may write */
export function errorSection(writes: boolean): Html {
  return html`<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<p>An error is a problem document (RFC 9457) with <code>code</code>, <code>message</code>, <code>details</code> and <code>hint</code>. A name that you may not see answers as a name that does not exist.</p>
${table(
  'Codes of errors',
  ['Code', 'Status', 'Meaning'],
  [...codes, ...(writes ? writeCodes : [])].map((each) => {
    const { status, title } = new Problem(each)
    return [code(each), html`${status}`, html`${title}`]
  }),
)}</section>
`
}
