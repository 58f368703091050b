import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleWorker } from '../../bench/build/bundle.ts'
import { readRuntime } from '../../bench/build/project.ts'
import { serveWorker } from '../../bench/build/workerd.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
let worker: Awaited<ReturnType<typeof serveWorker>>
beforeAll(async () => {
  world = await startTenantWorld()
  const folder = join(world.folder, 'worker')
  await mkdir(folder)
  const bundle = await bundleWorker(resolve('test/tenant/worker.ts'), folder)
  await world.create('acme')
  await world.create('globex')
  const { bindings } = world
  worker = await serveWorker({
    name: 'tenants',
    folder,
    modules: [bundle.main],
    bindings,
    runtime: await readRuntime(),
  })
}, 60_000)
afterAll(async () => {
  await worker.stop()
  await world.stop()
})

test('the deployed Worker: two tenants, their keys and their trips', async () => {
  const ask = async (tenant: string, apikey: string) => {
    const url = `http://127.0.0.1:${worker.port}/t/${tenant}/rest/v1/notes?select=body`
    const response = await fetch(url, { headers: { apikey } })
    const trips = /trips;desc="(\d+)"/.exec(response.headers.get('server-timing') ?? '')?.[1]
    return [response.status, await response.text(), Number(trips)]
  }
  const keys = async (name: string) => world.settingsOf(name, { from: 'path' })
  const [acme, globex] = [await keys('acme'), await keys('globex')]
  await world.open('acme').execute(`insert into notes (id, body) values ('1', 'of acme')`)
  expect(await ask('acme', acme.publishableKey)).toEqual([200, '[{"body":"of acme"}]', 2])
  expect(await ask('acme', acme.publishableKey)).toEqual([200, '[{"body":"of acme"}]', 1])
  expect(await ask('globex', globex.secretKey)).toEqual([200, '[]', 2])
  expect((await ask('globex', acme.secretKey))[0]).toBe(401)
  expect((await ask('acme', globex.secretKey))[0]).toBe(401)
  expect((await ask('nobody', acme.secretKey))[0]).toBe(404)
})
