CREATE TABLE `selvage_audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`request_id` text,
	`resource` text NOT NULL,
	`key` text NOT NULL,
	`caller_id` text,
	`role` text NOT NULL,
	`operation` text NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `selvage_audit_resource_key_idx` ON `selvage_audit` (`resource`,`key`);--> statement-breakpoint
CREATE INDEX `selvage_audit_caller_id_at_idx` ON `selvage_audit` (`caller_id`,`at`);--> statement-breakpoint
CREATE INDEX `selvage_audit_at_idx` ON `selvage_audit` (`at`);--> statement-breakpoint
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
CREATE TABLE `selvage_outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`request_id` text,
	`resource` text NOT NULL,
	`key` text NOT NULL,
	`event` text NOT NULL,
	`payload` text NOT NULL,
	`sent_at` integer
);
--> statement-breakpoint
CREATE INDEX `selvage_outbox_unsent_idx` ON `selvage_outbox` (`id`) WHERE "selvage_outbox"."sent_at" is null;--> statement-breakpoint
CREATE TABLE `selvage_touched` (
	`row` integer PRIMARY KEY NOT NULL,
	`existed` integer NOT NULL,
	`place` integer NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
DROP INDEX `reviews_user_id_product_id_unique`;--> statement-breakpoint
ALTER TABLE `reviews` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `reviews_user_id_idx` ON `reviews` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_user_id_product_id_unique` ON `reviews` (`user_id`,`product_id`) WHERE "reviews"."deleted_at" is null;