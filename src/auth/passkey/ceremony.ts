import {
  array,
  type GenericSchema,
  type InferOutput,
  literal,
  nullish,
  object,
  safeParse,
  string,
} from 'valibot'
import { Problem } from '../../base/problem.ts'
import type { StoredCredential } from '../factor/kind.ts'
import { challengeSeconds } from '../factor/stored.ts'
import type { RelyingParty } from './party.ts'

/** What a credential is to do. */
export interface Demands {
  /** Whether the authenticator must have made sure who uses it, by a finger or a PIN: then it is two factors in one. */
  readonly isUserVerified: boolean
  /** Whether it is to be found without saying who signs in. */
  readonly isDiscoverable: boolean
}

export const passkeyDemands: Demands = { isUserVerified: true, isDiscoverable: true }
export const factorDemands: Demands = { isUserVerified: false, isDiscoverable: false }

export interface NewCredential {
  readonly credentialId: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
  readonly deviceType: string
  readonly isBackedUp: boolean
  readonly aaguid: string
}

/** EdDSA, ES256, RS256 (RFC 9053): what the platform verifies. */
const algorithms = [-8, -7, -257]
const timeout = challengeSeconds * 1_000

/** The largest of all libraries here: loaded when it is first used. */
const webauthn = () => import('@simplewebauthn/server')

/** @param challenge base64url; `user.id` is what comes back as the user handle */
export async function creationOptions(
  party: RelyingParty,
  user: { readonly id: string; readonly name: string; readonly credentials: readonly StoredCredential[] },
  challenge: string,
  { isUserVerified, isDiscoverable }: Demands,
) {
  const { generateRegistrationOptions } = await webauthn()
  return generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userID: new TextEncoder().encode(user.id),
    userName: user.name,
    userDisplayName: user.name,
    challenge: Uint8Array.from(Buffer.from(challenge, 'base64url')),
    timeout,
    attestationType: 'none',
    excludeCredentials: user.credentials.map(described),
    authenticatorSelection: {
      residentKey: isDiscoverable ? 'required' : 'discouraged',
      userVerification: isUserVerified ? 'required' : 'preferred',
    },
    supportedAlgorithmIDs: algorithms,
  })
}

export async function requestOptions(
  party: RelyingParty,
  credentials: readonly StoredCredential[],
  challenge: string,
  { isUserVerified }: Demands,
) {
  const { generateAuthenticationOptions } = await webauthn()
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: Uint8Array.from(Buffer.from(challenge, 'base64url')),
    timeout,
    allowCredentials: credentials.map(described),
    userVerification: isUserVerified ? 'required' : 'preferred',
  })
}

/** @throws Problem webauthn_verification_failed, which does not say why */
export async function verifyCreation(
  party: RelyingParty,
  given: unknown,
  expectedChallenge: string | ((challenge: string) => boolean),
  { isUserVerified }: Demands,
): Promise<NewCredential> {
  const { response, ...credential } = parsed(creationSchema, given)
  const { verifyRegistrationResponse } = await webauthn()
  const { registrationInfo } = await orRefusal(() =>
    verifyRegistrationResponse({
      response: {
        ...credential,
        response: { ...response, transports: [...(response.transports ?? [])] },
        clientExtensionResults: {},
      },
      expectedChallenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: isUserVerified,
      supportedAlgorithmIDs: algorithms,
    }),
  )
  if (registrationInfo === undefined) throw refused()
  return {
    credentialId: registrationInfo.credential.id,
    publicKey: registrationInfo.credential.publicKey,
    counter: registrationInfo.credential.counter,
    transports: response.transports ?? [],
    deviceType: registrationInfo.credentialDeviceType,
    isBackedUp: registrationInfo.credentialBackedUp,
    aaguid: registrationInfo.aaguid,
  }
}

/** What an authenticator answers to `requestOptions`. @throws Problem webauthn_verification_failed of what is none */
export function parsedRequest(given: unknown): InferOutput<typeof requestSchema> {
  return parsed(requestSchema, given)
}

/** @throws Problem webauthn_verification_failed, which does not say why: a counter that goes back is a reason, too */
export async function verifyRequest(
  party: RelyingParty,
  given: InferOutput<typeof requestSchema>,
  expectedChallenge: string,
  credential: StoredCredential,
  { isUserVerified }: Demands,
): Promise<{ readonly counter: number; readonly isBackedUp: boolean }> {
  const { response, ...shown } = given
  const { verifyAuthenticationResponse } = await webauthn()
  const { verified, authenticationInfo } = await orRefusal(() =>
    verifyAuthenticationResponse({
      response: {
        ...shown,
        response: {
          clientDataJSON: response.clientDataJSON,
          authenticatorData: response.authenticatorData,
          signature: response.signature,
          ...(response.userHandle != null && { userHandle: response.userHandle }),
        },
        clientExtensionResults: {},
      },
      expectedChallenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      credential: {
        id: credential.credentialId,
        publicKey: Uint8Array.from(Buffer.from(credential.publicKeyHex, 'hex')),
        counter: credential.counter,
      },
      requireUserVerification: isUserVerified,
    }),
  )
  if (!verified) throw refused()
  return { counter: authenticationInfo.newCounter, isBackedUp: authenticationInfo.credentialBackedUp }
}

export function refused(): Problem {
  return new Problem('webauthn_verification_failed')
}

const shared = { id: string(), rawId: string(), type: literal('public-key') }
const creationSchema = object({
  ...shared,
  response: object({
    clientDataJSON: string(),
    attestationObject: string(),
    transports: nullish(array(string())),
  }),
})
const requestSchema = object({
  ...shared,
  response: object({
    clientDataJSON: string(),
    authenticatorData: string(),
    signature: string(),
    userHandle: nullish(string()),
  }),
})

function parsed<Schema extends GenericSchema>(schema: Schema, given: unknown): InferOutput<Schema> {
  const { success, output } = safeParse(schema, given)
  if (!success) throw refused()
  return output
}

const described = ({ credentialId, transports }: StoredCredential) => ({
  id: credentialId,
  transports: [...transports],
})

/** The library throws an error of its own for everything that is wrong with what was given. Its words repeat that. */
async function orRefusal<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (error) {
    if (error instanceof Error) throw refused()
    throw error
  }
}
