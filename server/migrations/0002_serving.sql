CREATE TABLE `package_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`package_id` text NOT NULL,
	`project_id` text NOT NULL,
	`number` integer NOT NULL,
	`models` text NOT NULL,
	`algorithms` text NOT NULL,
	`port` integer NOT NULL,
	`arguments` text NOT NULL,
	`requirements` text NOT NULL,
	`environment` text NOT NULL,
	`setup_command` text NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`bytes` integer,
	`created_at` integer NOT NULL,
	`created_by` text,
	FOREIGN KEY (`package_id`) REFERENCES `packages`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `package_versions_of_package` ON `package_versions` (`package_id`,`number`);--> statement-breakpoint
CREATE INDEX `package_versions_of_project` ON `package_versions` (`project_id`);--> statement-breakpoint
CREATE TABLE `packages` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`scenario` text NOT NULL,
	`details` text NOT NULL,
	`next_number` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `packages_by_name` ON `packages` (`project_id`,`name`);--> statement-breakpoint
CREATE INDEX `packages_of_project` ON `packages` (`project_id`,`id`);--> statement-breakpoint
CREATE TABLE `service_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`service_id` text NOT NULL,
	`service_name` text NOT NULL,
	`project_id` text NOT NULL,
	`package_version_id` text NOT NULL,
	`spec_id` text NOT NULL,
	`spec_name` text NOT NULL,
	`resources` text NOT NULL,
	`replicas` integer NOT NULL,
	`environment` text NOT NULL,
	`attempt` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`removed_at` integer,
	`removed_by` text,
	FOREIGN KEY (`package_version_id`) REFERENCES `package_versions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `service_versions_of_service` ON `service_versions` (`service_id`);--> statement-breakpoint
CREATE INDEX `service_versions_by_package_version` ON `service_versions` (`package_version_id`);--> statement-breakpoint
CREATE INDEX `service_versions_by_spec` ON `service_versions` (`spec_id`);--> statement-breakpoint
CREATE TABLE `services` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`details` text NOT NULL,
	`production_id` text,
	`gray_id` text,
	`gray_share` real DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `services_by_name` ON `services` (`project_id`,`name`);--> statement-breakpoint
CREATE INDEX `services_of_project` ON `services` (`project_id`,`id`);