import { importJWK, jwtVerify } from 'jose'

interface Verification {
  readonly PUBLIC_KEY: string
  readonly ISSUER: string
  readonly AUDIENCE: string
}

let imported: { readonly text: string; readonly key: Awaited<ReturnType<typeof importJWK>> } | null = null

/** The user whom a good access token names, or null. */
export async function authenticate(token: string, settings: Verification): Promise<string | null> {
  try {
    const { payload } = await jwtVerify(token, await publicKey(settings.PUBLIC_KEY), {
      algorithms: ['ES256'],
      issuer: settings.ISSUER,
      audience: settings.AUDIENCE,
      typ: 'at+jwt',
      requiredClaims: ['sub', 'exp'],
    })
    return payload.sub ?? null
  } catch {
    // Whatever is wrong with a token: there is no caller.
    return null
  }
}

async function publicKey(text: string) {
  if (imported?.text !== text) imported = { text, key: await importJWK(JSON.parse(text), 'ES256') }
  return imported.key
}
