CREATE TABLE `auth_apps` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`registration` text NOT NULL,
	`secret_hash` text,
	`token_endpoint_auth_method` text NOT NULL,
	`redirect_uris` text NOT NULL,
	`grant_types` text NOT NULL,
	`scope` text,
	`uri` text,
	`logo_uri` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `auth_authorizations` (
	`id` text PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`user_id` text,
	`session_id` text,
	`redirect_uri` text NOT NULL,
	`scope` text NOT NULL,
	`state` text,
	`nonce` text,
	`resource` text,
	`code_challenge` text NOT NULL,
	`status` text NOT NULL,
	`code_hash` text,
	`issued_session_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`app_id`) REFERENCES `auth_apps`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`session_id`) REFERENCES `auth_sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_authorizations_code_hash_unique` ON `auth_authorizations` (`code_hash`);--> statement-breakpoint
CREATE INDEX `auth_authorizations_app_id` ON `auth_authorizations` (`app_id`);--> statement-breakpoint
CREATE INDEX `auth_authorizations_user_id` ON `auth_authorizations` (`user_id`);--> statement-breakpoint
CREATE INDEX `auth_authorizations_expires_at` ON `auth_authorizations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `auth_consents` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`app_id` text NOT NULL,
	`scope` text NOT NULL,
	`granted_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`app_id`) REFERENCES `auth_apps`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_consents_user_id_app_id` ON `auth_consents` (`user_id`,`app_id`);--> statement-breakpoint
CREATE INDEX `auth_consents_app_id` ON `auth_consents` (`app_id`);--> statement-breakpoint
CREATE TABLE `auth_credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`factor_id` text,
	`credential_id` text NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text DEFAULT '[]' NOT NULL,
	`device_type` text NOT NULL,
	`is_backed_up` integer NOT NULL,
	`aaguid` text,
	`name` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`factor_id`) REFERENCES `auth_factors`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_credentials_credential_id_unique` ON `auth_credentials` (`credential_id`);--> statement-breakpoint
CREATE INDEX `auth_credentials_user_id` ON `auth_credentials` (`user_id`);--> statement-breakpoint
CREATE INDEX `auth_credentials_factor_id` ON `auth_credentials` (`factor_id`);--> statement-breakpoint
CREATE TABLE `auth_factors` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`name` text,
	`secret` text,
	`last_step` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`failed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `auth_factors_user_id` ON `auth_factors` (`user_id`);--> statement-breakpoint
CREATE TABLE `auth_recovery_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `auth_recovery_codes_user_id` ON `auth_recovery_codes` (`user_id`);--> statement-breakpoint
CREATE TABLE `auth_challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`factor_id` text,
	`payload` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `auth_challenges_user_id` ON `auth_challenges` (`user_id`);--> statement-breakpoint
CREATE INDEX `auth_challenges_expires_at` ON `auth_challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `auth_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`method` text NOT NULL,
	`code_challenge` text NOT NULL,
	`code_challenge_method` text NOT NULL,
	`provider_tokens` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `auth_codes_user_id` ON `auth_codes` (`user_id`);--> statement-breakpoint
CREATE INDEX `auth_codes_expires_at` ON `auth_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `auth_one_time_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`email` text NOT NULL,
	`link_hash` text,
	`code_hash` text NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`password_hash` text,
	`user_metadata` text,
	`code_challenge` text,
	`code_challenge_method` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_one_time_tokens_link_hash_unique` ON `auth_one_time_tokens` (`link_hash`);--> statement-breakpoint
CREATE INDEX `auth_one_time_tokens_user_id` ON `auth_one_time_tokens` (`user_id`,`kind`);--> statement-breakpoint
CREATE INDEX `auth_one_time_tokens_expires_at` ON `auth_one_time_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `auth_api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`roles` text NOT NULL,
	`resources` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`replaced_by` text,
	FOREIGN KEY (`id`) REFERENCES `auth_sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_api_keys_hash_unique` ON `auth_api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `auth_api_keys_user_id` ON `auth_api_keys` (`user_id`);--> statement-breakpoint
CREATE TABLE `auth_identities` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`provider` text NOT NULL,
	`provider_id` text NOT NULL,
	`identity_data` text NOT NULL,
	`email` text,
	`last_sign_in_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `auth_users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_identities_provider_id` ON `auth_identities` (`provider`,`provider_id`);--> statement-breakpoint
CREATE INDEX `auth_identities_user_id` ON `auth_identities` (`user_id`);--> statement-breakpoint
ALTER TABLE `auth_users` ALTER COLUMN `email` TO `email` text;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `kind` text DEFAULT 'person' NOT NULL;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `new_email` text;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `authority` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `least_aal` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `invited_at` integer;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `confirmation_sent_at` integer;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `recovery_sent_at` integer;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `email_change_sent_at` integer;--> statement-breakpoint
ALTER TABLE `auth_users` ADD `reauthentication_sent_at` integer;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `aal` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `amr` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `factor_id` text;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `app_id` text;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `scopes` text;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `user_agent` text;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `ip` text;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `place` text;--> statement-breakpoint
ALTER TABLE `auth_sessions` ADD `ends_at` integer;