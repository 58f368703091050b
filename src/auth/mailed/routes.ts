import { evenly } from '../even.ts'
import { type AuthRoute, lazily } from '../feature.ts'

const sendMagicLink = lazily(() => import('./otp.ts').then(({ sendMagicLink }) => sendMagicLink))
const recover = lazily(() => import('./recover.ts').then(({ recover }) => recover))
const resend = lazily(() => import('./resend.ts').then(({ resend }) => resend))
const reauthenticate = lazily(() =>
  import('./reauthenticate.ts').then(({ reauthenticate }) => reauthenticate),
)
const invite = lazily(() => import('./admin/invite.ts').then(({ invite }) => invite))
const generateLink = lazily(() => import('./admin/generate-link.ts').then(({ generateLink }) => generateLink))
const openLink = lazily(() => import('./verify/link.ts').then(({ openLink }) => openLink))
const verify = lazily(() => import('./verify/verify.ts').then(({ verify }) => verify))

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
