type Bindings = Readonly<Record<string, string>>

const compatibilityDate = '2026-10-01'

/**
 * Isolates of one data centre, and in front of them one that sends each request to the isolate that it names, from
 * where it says that it comes from; as often as it says, all at once.
 * @param isolates what each is told, by its name
 */
export function workersOf(script: string, isolates: Readonly<Record<string, Bindings>>) {
  return [
    front(Object.keys(isolates)),
    ...Object.entries(isolates).map(([name, bindings]) => ({
      name,
      modules: true,
      script,
      compatibilityDate,
      kvNamespaces: { CACHE: 'world' },
      bindings: { ...bindings },
    })),
  ]
}

function front(names: readonly string[]) {
  const script = `export default { async fetch(request, env) {
    const headers = new Headers(request.headers)
    const told = (name) => {
      const value = headers.get(name)
      headers.delete(name)
      return value
    }
    const [name, crowd, cf] = [told('test-isolate'), Number(told('test-crowd') ?? 0), JSON.parse(told('test-cf'))]
    const send = () => {
      const { url, method, body } = request
      return env[name].fetch(new Request(url, { method, headers, body, ...(cf !== null && { cf }) }))
    }
    if (crowd === 0) return send()
    const answers = Array.from({ length: crowd }, async () => {
      const answer = await send()
      return [answer.status, await answer.text()]
    })
    const all = await Promise.all(answers)
    return Response.json({
      statuses: [...new Set(all.map(([status]) => status))],
      texts: new Set(all.map(([, text]) => text)).size,
    })
  } }`
  const serviceBindings = Object.fromEntries(names.map((name) => [name, name]))
  return { name: 'front', modules: true, script, compatibilityDate, serviceBindings }
}
