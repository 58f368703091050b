import { defaultLimits } from '../../src/base/limits.ts'
import type { BackendDeclaration } from '../../src/declare/backend.ts'
import { type Audience, audienceOf } from '../../src/model/caller/audience.ts'
import { anonymous, service, someUser } from '../../src/model/caller/caller.ts'
import { linkModel, type Model } from '../../src/model/model.ts'
import { openapi } from '../../src/reference/openapi/document.ts'
import { docsPage } from '../../src/reference/page/docs.ts'
import { describe, type Reference } from '../../src/reference/reference.ts'

export const site = { apiUrl: 'https://api.selvage.test', limits: defaultLimits }

/** Everything that is written for one audience. */
export interface Written {
  readonly asker: string
  readonly model: Model
  readonly audience: Audience
  readonly reference: Reference
  readonly openapi: string
  readonly docs: string
}

/** For anonymous, each role and a secret key. */
export function writtenFor(backend: BackendDeclaration): readonly Written[] {
  const model = linkModel(backend)
  return [anonymous, ...[...model.roles.includes.keys()].map(someUser), service].map((caller) => {
    const audience = audienceOf(model.roles, caller)
    const reference = describe(model, audience)
    return {
      asker: caller.role,
      model,
      audience,
      reference,
      openapi: JSON.stringify(openapi(reference, site)),
      docs: docsPage(reference, site),
    }
  })
}
