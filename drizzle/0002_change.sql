CREATE TABLE `selvage_touched` (
	`row` integer PRIMARY KEY NOT NULL,
	`existed` integer NOT NULL,
	`place` integer NOT NULL
);
