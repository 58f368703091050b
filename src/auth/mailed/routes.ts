import { evenly } from '../even.ts'
import type { AuthRoute } from '../feature.ts'
import { generateLink } from './admin/generate-link.ts'
import { invite } from './admin/invite.ts'
import { sendMagicLink } from './otp.ts'
import { reauthenticate } from './reauthenticate.ts'
import { recover } from './recover.ts'
import { resend } from './resend.ts'
import { openLink } from './verify/link.ts'
import { verify } from './verify/verify.ts'

/** What is done by mail. */
export const mailedRoutes: readonly AuthRoute[] = [
  { path: '/otp', access: 'key', methods: { POST: evenly(sendMagicLink) } },
  { path: '/magiclink', access: 'key', methods: { POST: evenly(sendMagicLink) } },
  { path: '/recover', access: 'key', methods: { POST: evenly(recover) } },
  { path: '/resend', access: 'key', methods: { POST: evenly(resend) } },
  { path: '/reauthenticate', access: 'user', methods: { GET: reauthenticate } },
  { path: '/invite', access: 'service', methods: { POST: invite } },
  { path: '/admin/generate_link', access: 'service', methods: { POST: generateLink } },
  { path: '/verify', access: 'open', methods: { GET: openLink, POST: evenly(verify) } },
]
