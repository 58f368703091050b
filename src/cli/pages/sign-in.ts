import { html } from '../../base/http/html.ts'
import { document } from './document.ts'

export interface SignInPage {
  readonly name: string
  readonly publishableKey: string
}

/** Every way in that a backend may have; the script shows those that `/auth/v1/settings` says are open. */
export function signInPage({ name, publishableKey }: SignInPage): string {
  return document(
    `Sign in to ${name}`,
    html`<main id="main" data-key="${publishableKey}"><h1>${name}</h1>
<p class="dim">A page to try sign-in with, made of <code>auth-js</code>. What would be sent is at <a href="/dev/mail">/dev/mail</a>.</p>
<p id="message" role="status"></p>
${signedOut}
${signedIn}
</main>`,
    ['/dev/supabase.js', '/dev/sign-in.js'],
  )
}

const signedOut = html`<div id="signed-out" hidden>
<form class="card" id="password-form"><h2>With a password</h2>
<div class="row"><label>E-mail<input id="email" name="email" type="email" autocomplete="username webauthn" required></label>
<label>Password<input id="password" name="password" type="password" autocomplete="current-password"></label></div>
<div class="row"><button class="main" id="sign-in">Sign in</button>
<button type="button" id="sign-up">Sign up</button>
<button type="button" id="reset">Forgotten</button></div></form>
<form class="card" id="mail-form"><h2>By mail</h2>
<div class="row"><button type="button" id="magic-link">Send a link and a code to this address</button></div>
<div class="row"><label>Code<input id="code" inputmode="numeric" autocomplete="one-time-code"></label>
<button id="verify-code">Use the code</button></div></form>
<div class="card" id="passkeys" hidden><h2>With a passkey</h2>
<div class="row"><button type="button" id="passkey-sign-in">Sign in with a passkey</button></div></div>
<div class="card" id="providers" hidden><h2>With an account elsewhere</h2><div class="row" id="provider-buttons"></div></div>
<div class="card" id="anonymous" hidden><h2>Without a name</h2>
<div class="row"><button type="button" id="anonymous-sign-in">Go on as nobody</button></div></div>
</div>`

const signedIn = html`<div id="signed-in" hidden>
<div class="card"><h2>Signed in as <span id="user-email"></span></h2>
<p>Assurance <code id="aal"></code>, role <code id="role"></code>, user <code id="user-id"></code></p>
<div class="row"><button class="main" type="button" id="sign-out">Sign out</button>
<button type="button" id="sign-out-others">Sign out elsewhere</button>
<button type="button" id="refresh">Refresh the session</button></div></div>
<form class="card" id="new-password-form"><h2>New password</h2>
<div class="row"><label>Password<input id="new-password" type="password" autocomplete="new-password"></label>
<label>Code of a mail, where it is asked for<input id="nonce" inputmode="numeric"></label></div>
<div class="row"><button id="update-password">Change</button>
<button type="button" id="reauthenticate">Send me such a code</button></div></form>
<form class="card" id="new-email-form"><h2>New address</h2>
<div class="row"><label>E-mail<input id="new-email" type="email"></label><button id="update-email">Change</button></div></form>
<div class="card" id="my-passkeys" hidden><h2>Passkeys</h2><ul id="passkey-list"></ul>
<div class="row"><button type="button" id="passkey-register">Register a passkey</button></div></div>
<div class="card" id="second-factor"><h2>Second factor</h2><ul id="factor-list"></ul>
<form class="row" id="factor-form"><label>Code<input id="factor-code" inputmode="numeric" autocomplete="one-time-code"></label>
<button id="factor-verify">Use the code of the app</button>
<button type="button" id="recovery-verify">Use a recovery code</button>
<button type="button" id="webauthn-verify">Use the security key</button></form>
<div class="row"><button type="button" id="totp-enroll">Add an app (TOTP)</button>
<button type="button" id="webauthn-enroll">Add a security key</button></div>
<div id="totp" hidden><img class="code" id="totp-qr" alt="The secret as a QR code"><p>Secret <code id="totp-secret"></code></p></div></div>
<div class="card"><h2>Sessions</h2><ul id="session-list"></ul>
<div class="row"><button type="button" id="load-sessions">Show my sessions</button></div></div>
</div>`
