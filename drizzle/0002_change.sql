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
--> statement-breakpoint
DROP INDEX `reviews_user_id_product_id_unique`;--> statement-breakpoint
ALTER TABLE `reviews` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `reviews_user_id_idx` ON `reviews` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_user_id_product_id_unique` ON `reviews` (`user_id`,`product_id`) WHERE "reviews"."deleted_at" is null;