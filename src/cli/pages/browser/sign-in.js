// The script of /dev/sign-in. It calls auth-js as any application would, and shows what auth-js answers.
const main = document.getElementById('main')
const { auth } = supabase.createClient(location.origin, main.dataset.key, {
  auth: { flowType: 'pkce', experimental: { passkey: true, recoveryCodes: true } },
})
const at = (id) => document.getElementById(id)
const typed = (id) => at(id).value.trim()
const back = `${location.origin}${location.pathname}`

let settings = { external: {} }
let factorId = null

function tell(state, text, code = '') {
  const message = at('message')
  message.dataset.state = state
  message.dataset.code = code
  message.textContent = code === '' ? text : `${text} (${code})`
}

/** Does one thing, shows what is so now, and then says how it went. */
async function attempt(said, action) {
  tell('busy', '…')
  try {
    const { data, error } = (await action()) ?? {}
    if (error) return tell('error', error.message, error.code ?? error.name)
    await show()
    tell('ok', said)
    return data
  } catch (error) {
    return tell('error', error.message, error.name)
  }
}

const on = (id, said, action) =>
  at(id).addEventListener('click', (event) => {
    event.preventDefault()
    return attempt(said, action)
  })

const credentials = () => ({ email: typed('email'), password: at('password').value })
on('sign-in', 'Signed in.', () => auth.signInWithPassword(credentials()))
on('sign-up', 'Signed up: look into /dev/mail if an address must be confirmed.', () =>
  auth.signUp({ ...credentials(), options: { emailRedirectTo: back } }),
)
on('reset', 'A mail is on its way, if there is such an account.', () =>
  auth.resetPasswordForEmail(typed('email'), { redirectTo: back }),
)
on('magic-link', 'A mail is on its way.', () =>
  auth.signInWithOtp({ email: typed('email'), options: { emailRedirectTo: back } }),
)
on('verify-code', 'Signed in.', () =>
  auth.verifyOtp({ email: typed('email'), token: typed('code'), type: 'email' }),
)
on('anonymous-sign-in', 'Signed in.', () => auth.signInAnonymously())
on('passkey-sign-in', 'Signed in.', () => auth.signInWithPasskey())
on('passkey-register', 'Registered.', () => auth.registerPasskey())
on('sign-out', 'Signed out.', () => auth.signOut({ scope: 'local' }))
on('sign-out-others', 'Signed out elsewhere.', () => auth.signOut({ scope: 'others' }))
on('refresh', 'Refreshed.', () => auth.refreshSession())
on('reauthenticate', 'A mail is on its way.', () => auth.reauthenticate())
on('update-password', 'Changed.', () =>
  auth.updateUser({
    password: at('new-password').value,
    ...(typed('nonce') !== '' && { nonce: typed('nonce') }),
  }),
)
on('update-email', 'Confirm it by the mails that are on their way.', () =>
  auth.updateUser({ email: typed('new-email') }, { emailRedirectTo: back }),
)
on('totp-enroll', 'Scan it, and give a code.', async () => {
  const answer = await auth.mfa.enroll({ factorType: 'totp', friendlyName: `App ${Date.now()}` })
  if (answer.data) {
    factorId = answer.data.id
    at('totp').hidden = false
    at('totp-qr').src = answer.data.totp.qr_code
    at('totp-secret').textContent = answer.data.totp.secret
  }
  return answer
})
on('factor-verify', 'Verified.', async () => {
  const answer = await auth.mfa.challengeAndVerify({
    factorId: factorId ?? (await verified('totp')),
    code: typed('factor-code'),
  })
  if (!answer.error) {
    factorId = null
    at('totp').hidden = true
  }
  return answer
})
on('recovery-verify', 'Verified.', () => auth.mfa.recoveryCodes.verify({ code: typed('factor-code') }))
on('webauthn-enroll', 'Added.', () =>
  auth.mfa.webauthn.register({ friendlyName: `Key ${Date.now()}`, rpId: location.hostname }),
)
on('webauthn-verify', 'Verified.', async () =>
  auth.mfa.webauthn.authenticate({ factorId: await verified('webauthn') }),
)
on('load-sessions', 'Here they are.', async () => {
  const { data } = await auth.getSession()
  const response = await fetch('/auth/v1/user/sessions', {
    headers: { apikey: main.dataset.key, authorization: `Bearer ${data.session?.access_token}` },
  })
  const body = await response.json()
  if (!response.ok) return { error: body }
  const sessions = Array.isArray(body) ? body : (body.sessions ?? [])
  list('session-list', sessions, ({ id, user_agent, place, created_at }) =>
    [created_at, place, user_agent, id].filter(Boolean).join(' · '),
  )
  return {}
})

async function verified(type) {
  const { data } = await auth.mfa.listFactors()
  return data?.all.find((factor) => factor.factor_type === type && factor.status === 'verified')?.id ?? ''
}

/** A list of lines, each with a button where there is something to remove. */
function list(id, entries, textOf, remove) {
  at(id).replaceChildren(
    ...entries.map((entry) => {
      const line = document.createElement('li')
      line.dataset.id = entry.id
      line.textContent = `${textOf(entry)} `
      if (remove !== undefined) {
        const button = document.createElement('button')
        button.textContent = 'Remove'
        button.addEventListener('click', () => attempt('Removed.', () => remove(entry)))
        line.append(button)
      }
      return line
    }),
  )
}

async function show() {
  const { data } = await auth.getSession()
  const user = data.session?.user ?? null
  at('signed-in').hidden = user === null
  at('signed-out').hidden = user !== null
  if (user === null) return
  const { data: claims } = await auth.getClaims()
  at('user-email').textContent = user.email || 'nobody'
  at('user-id').textContent = user.id
  at('aal').textContent = claims?.claims.aal ?? ''
  at('role').textContent = claims?.claims.role ?? ''
  list(
    'factor-list',
    user.factors ?? [],
    (factor) => `${factor.friendly_name ?? ''} · ${factor.factor_type} · ${factor.status}`,
    (factor) => auth.mfa.unenroll({ factorId: factor.id }),
  )
  if (settings.passkeys_enabled !== true) return
  const { data: passkeys } = await auth.passkey.list()
  list(
    'passkey-list',
    passkeys ?? [],
    (passkey) => passkey.friendly_name ?? passkey.id,
    (passkey) => auth.passkey.delete({ passkeyId: passkey.id }),
  )
}

/** What `/settings` tells beside providers. */
const noProvider = new Set(['anonymous_users', 'email', 'phone'])

async function open() {
  const response = await fetch('/auth/v1/settings', { headers: { apikey: main.dataset.key } })
  settings = await response.json()
  at('sign-up').hidden = settings.disable_signup === true
  at('anonymous').hidden = settings.external.anonymous_users !== true
  at('passkeys').hidden = settings.passkeys_enabled !== true
  at('my-passkeys').hidden = settings.passkeys_enabled !== true
  const names = Object.keys(settings.external).filter(
    (name) => settings.external[name] && !noProvider.has(name),
  )
  at('providers').hidden = names.length === 0
  at('provider-buttons').replaceChildren(
    ...names.map((provider) => {
      const button = document.createElement('button')
      button.id = `provider-${provider}`
      button.textContent = provider
      button.addEventListener('click', () =>
        attempt('On the way.', () => auth.signInWithOAuth({ provider, options: { redirectTo: back } })),
      )
      return button
    }),
  )
  // A link that went wrong tells it in the address.
  const said = new URLSearchParams(location.hash.slice(1) || location.search)
  const { error } = await auth.initialize()
  if (said.has('error_code')) tell('error', said.get('error_description') ?? '', said.get('error_code'))
  else if (error) tell('error', error.message, error.code ?? error.name)
  await show()
  document.body.dataset.ready = 'yes'
}

auth.onAuthStateChange((event) => {
  document.body.dataset.event = event
  if (event === 'PASSWORD_RECOVERY') tell('ok', 'Choose a new password.')
})
open()
