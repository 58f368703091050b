import { type AuthRoute, lazily } from '../feature.ts'

const sendMagicLink = lazily(() => import('./otp.ts').then(({ sendMagicLink }) => sendMagicLink))
const recover = lazily(() => import('./recover.ts').then(({ recover }) => recover))
const openLink = lazily(() => import('./link.ts').then(({ openLink }) => openLink))
const verify = lazily(() => import('./verify.ts').then(({ verify }) => verify))

/** What is done by mail. */
export const mailedRoutes: readonly AuthRoute[] = [
  { path: '/otp', access: 'key', methods: { POST: sendMagicLink } },
  { path: '/magiclink', access: 'key', methods: { POST: sendMagicLink } },
  { path: '/recover', access: 'key', methods: { POST: recover } },
  { path: '/verify', access: 'open', methods: { GET: openLink, POST: verify } },
]

/** `POST /token?grant_type=pkce`. */
export const exchangeCode = lazily(() =>
  import('../code/exchange.ts').then(({ exchangeCode }) => exchangeCode),
)
