CREATE TABLE `selvage_clock` (
	`id` integer PRIMARY KEY NOT NULL,
	`epoch` text NOT NULL,
	`frame` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `selvage_versions` (
	`table_name` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
