import type { Bindings } from '../base/settings.ts'
import type { SignInFeature } from '../declare/auth/auth.ts'
import type { Action, AuthServer } from './context.ts'
import type { FactorKinds } from './factor/kind.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A path below `/auth/v1`, who may come there, and what each method does. */
export interface AuthRoute {
  /** As Hono has it: `/factors/:id/verify`. */
  readonly path: string
  /**
   * `open`: without any key, as a link in a mail or a redirect comes. `key`: with an API key, whoever asks. `user`: with an
   * access token. `service`: with the secret key.
   */
  readonly access: 'open' | 'key' | 'user' | 'service'
  readonly methods: Readonly<Partial<Record<Method, Action>>>
}

/** A way of signing in that a backend takes in. */
export interface Feature extends SignInFeature {
  readonly routes: readonly AuthRoute[]
  /** `POST /token?grant_type=…`. */
  readonly grants?: Readonly<Record<string, Action>>
  readonly factors?: Factors
  /** When the server starts. @throws Problem UNAVAILABLE_CONFIGURATION that names the first binding that is missing */
  requireBindings?(bindings: Bindings): void
  /** What `GET /settings` says of it. */
  about?(
    server: AuthServer,
  ): { readonly external?: Readonly<Record<string, boolean>> } & Readonly<Record<string, unknown>>
  /** What the document of discovery says of it: members of RFC 8414 §2 and OpenID Connect Discovery §3. */
  discovery?(server: AuthServer): Readonly<Record<string, unknown>>
}

/** Second factors that a feature brings: `factorsOf`. */
export interface Factors {
  /** `factor_type` of `POST /factors`. */
  readonly kinds: FactorKinds
  /** For the kinds of all features. */
  routes(kinds: FactorKinds): readonly AuthRoute[]
}

const features = new WeakSet<SignInFeature>()

/** Makes a feature known as one: a backend is data, and nothing else is taken for one. */
export function feature(made: Feature): SignInFeature {
  features.add(made)
  return made
}

/** The features of a declaration. @throws TypeError on what no factory of features has made */
export function featuresOf(declared: readonly SignInFeature[] = []): readonly Feature[] {
  return declared.map((each) => {
    if (isFeature(each)) return each
    throw new TypeError(`auth.features: '${each.name}' was made by none of the functions that make features`)
  })
}

function isFeature(each: SignInFeature): each is Feature {
  return features.has(each)
}
