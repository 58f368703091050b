import { parseArgs } from 'node:util'
import { Problem } from '../base/problem.ts'

/** What the person at the terminal can mend: printed as one line, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** One flag of a command: a string (`placeholder` says what), or a switch (no placeholder). */
export interface Flag {
  readonly placeholder?: string
}

export interface Command<Name extends string> {
  /** As typed, such as `npm run dev`. */
  readonly name: string
  readonly flags: Readonly<Record<Name, Flag>>
}

/** One line that shows every flag. */
export function usage(command: Command<string>): string {
  const flags = Object.entries(command.flags).map(([name, { placeholder }]) =>
    placeholder === undefined ? `[--${name}]` : `[--${name} ${placeholder}]`,
  )
  return `Usage: ${command.name} -- ${flags.join(' ')}`
}

/**
 * The value of each flag; a switch that is there has the value `true`.
 * @throws Failure for a flag that the command does not have, or that lacks its value
 */
export function parseFlags<Name extends string>(
  command: Command<Name>,
  args: readonly string[],
): { readonly [N in Name]?: string | true } {
  const options = Object.fromEntries(
    Object.entries<Flag>(command.flags).map(([name, { placeholder }]) => [
      name,
      { type: placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as { [N in Name]?: string | true }
  } catch (error) {
    const [sentence = 'Bad arguments'] = (error as Error).message.split(/\. |\n/)
    throw new Failure(`${sentence}. ${usage(command)}`)
  }
}

/** @throws Failure unless the text is a TCP port, 1 to 65535 */
export function parsePort(value: string): number {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new Failure(`--port ${value} is not a port: give a number from 1 to 65535.`)
  }
  return port
}

/** One line of progress. */
export function say(text: string): void {
  console.log(`· ${text}`)
}

/** Runs a command to its end. What can be mended is one line and exit status 1; anything else keeps its stack. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error instanceof Problem ? told(error) : error)
    process.exitCode = 1
  }
}

/** What is wrong, and how to mend it. */
function told({ message, hint }: Problem): string {
  return hint === null ? message : `${message} ${hint}`
}

/** The database that a command is for. @throws Failure when none is named */
export function databaseOf(flag: string | true | undefined): {
  readonly databaseUrl: string
  readonly databaseToken?: string
} {
  const databaseUrl = flag ?? process.env.DATABASE_URL
  if (typeof databaseUrl !== 'string')
    throw new Failure('Which database? Give --database URL, or set DATABASE_URL.')
  const databaseToken = process.env.DATABASE_TOKEN
  return { databaseUrl, ...(databaseToken && { databaseToken }) }
}
