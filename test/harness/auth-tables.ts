import * as apps from '../../src/auth/tables/apps.ts'
import * as factors from '../../src/auth/tables/factors.ts'
import * as oneTime from '../../src/auth/tables/one-time.ts'
import * as sessions from '../../src/auth/tables/sessions.ts'
import * as users from '../../src/auth/tables/users.ts'

/** All tables of sign-in. */
export const authTables = { ...users, ...sessions, ...oneTime, ...factors, ...apps }
