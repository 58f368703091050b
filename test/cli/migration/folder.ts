import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes a folder of migrations as drizzle-kit does: one file for each, statements between breakpoints. */
export async function writeMigrations(
  folder: string,
  migrations: readonly (readonly string[])[],
): Promise<string> {
  await mkdir(join(folder, 'meta'), { recursive: true })
  const entries = migrations.map((_, idx) => ({
    idx,
    version: '6',
    when: 1_800_000_000_000 + idx,
    tag: `000${idx}_change`,
    breakpoints: true,
  }))
  for (const [index, statements] of migrations.entries())
    await writeFile(join(folder, `000${index}_change.sql`), statements.join('\n--> statement-breakpoint\n'))
  const journal = { version: '7', dialect: 'sqlite', entries }
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify(journal))
  return folder
}

/** Parents, and children that go with them. */
export const tables: readonly string[] = [
  'CREATE TABLE `parents` (`id` integer PRIMARY KEY, `name` text NOT NULL);',
  'CREATE TABLE `children` (`id` integer PRIMARY KEY, `parent_id` integer NOT NULL REFERENCES `parents`(`id`) ON DELETE CASCADE);',
  'CREATE TABLE `empty` (`id` integer PRIMARY KEY);',
  'CREATE INDEX `children_parent_id` ON `children` (`parent_id`);',
]

export const rows: readonly string[] = [
  `insert into parents values (1, 'one'), (2, 'two')`,
  'insert into children values (1, 1), (2, 1), (3, 2)',
]

/** As drizzle-kit rebuilds a table: with foreign keys on, DROP TABLE would delete the children. */
export const rebuild: readonly string[] = [
  'PRAGMA foreign_keys=OFF;',
  "CREATE TABLE `__new_parents` (`id` integer PRIMARY KEY, `name` text DEFAULT 'none' NOT NULL);",
  'INSERT INTO `__new_parents`(`id`, `name`) SELECT `id`, `name` FROM `parents`;',
  'DROP TABLE `parents`;',
  'ALTER TABLE `__new_parents` RENAME TO `parents`;',
  'PRAGMA foreign_keys=ON;',
]
