CREATE TABLE `tensorboards` (
	`id` text PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`project_id` text NOT NULL,
	`workload_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`port` integer NOT NULL,
	`ready_at` integer,
	`complaint` text,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tensorboards_run_id_unique` ON `tensorboards` (`run_id`);--> statement-breakpoint
ALTER TABLE `materializations` ADD `directory` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `materializations_directory` ON `materializations` (`directory`);