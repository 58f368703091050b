CREATE TABLE `selvage_parts` (
	`table_name` text NOT NULL,
	`part` text NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`table_name`, `part`)
);
--> statement-breakpoint
CREATE INDEX `selvage_parts_version` ON `selvage_parts` (`table_name`,`version`,`part`);--> statement-breakpoint
ALTER TABLE `selvage_versions` ADD `named` integer DEFAULT 0 NOT NULL;