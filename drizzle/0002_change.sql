CREATE TABLE `selvage_idempotency` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`replies` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
);
--> statement-breakpoint
CREATE INDEX `selvage_idempotency_expires_at` ON `selvage_idempotency` (`expires_at`);--> statement-breakpoint
CREATE TABLE `selvage_touched` (
	`row` integer PRIMARY KEY NOT NULL,
	`existed` integer NOT NULL,
	`place` integer NOT NULL
);
