-- Made by drizzle-kit, with what it cannot say: tables of many millions of rows are kept in the order of their
-- keys, without a second key (WITHOUT ROWID), and names are searched by trigrams (images_fts, at the end).
CREATE TABLE `counters` (
	`scope` text NOT NULL,
	`name` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`scope`, `name`)
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`user_id` text NOT NULL,
	`key` text NOT NULL,
	`operation` text NOT NULL,
	`request_hash` text NOT NULL,
	`response` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `key`)
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`time` integer NOT NULL,
	`type` text NOT NULL,
	`kind` text NOT NULL,
	`object_id` text NOT NULL,
	`project_id` text,
	`parent_id` text,
	`by_user_id` text,
	`name` text
);
--> statement-breakpoint
CREATE INDEX `events_of_project` ON `events` (`project_id`,`seq`);--> statement-breakpoint
CREATE INDEX `events_time` ON `events` (`time`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`kind` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_hash_unique` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_of_user` ON `sessions` (`user_id`,`kind`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`password_hash` text,
	`permissions` text NOT NULL,
	`builtin` integer DEFAULT false NOT NULL,
	`owner` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_name` ON `users` (`name`) WHERE "users"."deleted_at" IS NULL;--> statement-breakpoint
CREATE TABLE `compute_specs` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`model` text NOT NULL,
	`cpu` real NOT NULL,
	`memory_bytes` integer NOT NULL,
	`cards` integer NOT NULL,
	`card_resource` text,
	`ib` integer NOT NULL,
	`roce` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `compute_specs_name_unique` ON `compute_specs` (`name`);--> statement-breakpoint
CREATE TABLE `exports` (
	`id` text PRIMARY KEY NOT NULL,
	`version_id` text NOT NULL,
	`format` text NOT NULL,
	`with_data` integer NOT NULL,
	`task_id` text NOT NULL,
	`revision` integer,
	`bytes` integer,
	`file_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE INDEX `exports_of_version` ON `exports` (`version_id`,`id`);--> statement-breakpoint
CREATE TABLE `imports` (
	`id` text PRIMARY KEY NOT NULL,
	`version_id` text NOT NULL,
	`task_id` text NOT NULL,
	`dry_run` integer NOT NULL,
	`requested_format` text NOT NULL,
	`format` text,
	`upload_ids` text NOT NULL,
	`file_names` text NOT NULL,
	`counts` text NOT NULL,
	`labels` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE INDEX `imports_of_version` ON `imports` (`version_id`,`id`);--> statement-breakpoint
CREATE TABLE `materializations` (
	`holder` text NOT NULL,
	`version_id` text NOT NULL,
	`revision` integer NOT NULL,
	`directory` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`holder`, `version_id`)
);
--> statement-breakpoint
CREATE INDEX `materializations_directory` ON `materializations` (`directory`);--> statement-breakpoint
CREATE TABLE `refused_entries` (
	`key` integer PRIMARY KEY NOT NULL,
	`import_id` text NOT NULL,
	`path` text NOT NULL,
	`code` text NOT NULL,
	`params` text NOT NULL,
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `refused_entries_of_import` ON `refused_entries` (`import_id`);--> statement-breakpoint
CREATE TABLE `training_data` (
	`version_id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`seed` integer NOT NULL,
	`test_share_millionths` integer NOT NULL,
	`revision` integer,
	`train` integer DEFAULT 0 NOT NULL,
	`test` integer DEFAULT 0 NOT NULL,
	`files` text NOT NULL,
	`directory` text
);
--> statement-breakpoint
CREATE TABLE `project_members` (
	`project_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`project_id`, `user_id`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `project_members_of_user` ON `project_members` (`user_id`,`project_id`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`quotas` text NOT NULL,
	`member_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_name_unique` ON `projects` (`name`);--> statement-breakpoint
CREATE TABLE `usage_steps` (
	`project_id` text NOT NULL,
	`resource` text NOT NULL,
	`time` integer NOT NULL,
	`used` integer NOT NULL,
	`limit` integer,
	PRIMARY KEY(`project_id`, `resource`, `time`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
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
CREATE INDEX `services_of_project` ON `services` (`project_id`,`id`);--> statement-breakpoint
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
CREATE TABLE `training_run_events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`time` integer NOT NULL,
	`attempt` integer NOT NULL,
	`type` text NOT NULL,
	`reason` text NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `training_runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `training_run_events_of_run` ON `training_run_events` (`run_id`,`seq`);--> statement-breakpoint
CREATE TABLE `training_run_samples` (
	`run_id` text NOT NULL,
	`node` text NOT NULL,
	`time` integer NOT NULL,
	`cpu` real NOT NULL,
	`memory_bytes` integer NOT NULL,
	`cards` integer NOT NULL,
	`received_bytes` real NOT NULL,
	`sent_bytes` real NOT NULL,
	PRIMARY KEY(`run_id`, `node`, `time`),
	FOREIGN KEY (`run_id`) REFERENCES `training_runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `training_mounts` (
	`training_id` text NOT NULL,
	`kind` text NOT NULL,
	`place` integer NOT NULL,
	`version_id` text NOT NULL,
	PRIMARY KEY(`training_id`, `kind`, `place`),
	FOREIGN KEY (`training_id`) REFERENCES `trainings`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `training_mounts_by_version` ON `training_mounts` (`version_id`);--> statement-breakpoint
CREATE TABLE `training_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`training_id` text NOT NULL,
	`project_id` text NOT NULL,
	`number` integer NOT NULL,
	`configuration` text NOT NULL,
	`workload_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`model_version_id` text,
	`sealed_attempt` integer DEFAULT 0 NOT NULL,
	`step` real,
	`total_steps` real,
	`created_at` integer NOT NULL,
	`created_by` text,
	FOREIGN KEY (`training_id`) REFERENCES `trainings`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_of_training` ON `training_runs` (`training_id`,`number`);--> statement-breakpoint
CREATE TABLE `trainings` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`spec_id` text NOT NULL,
	`command` text NOT NULL,
	`environment` text NOT NULL,
	`nodes` integer NOT NULL,
	`grace_seconds` integer NOT NULL,
	`save_model_set_id` text,
	`next_run` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `trainings_by_name` ON `trainings` (`project_id`,`name`);--> statement-breakpoint
CREATE INDEX `trainings_of_project` ON `trainings` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `trainings_by_spec` ON `trainings` (`spec_id`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`file_name` text NOT NULL,
	`size` integer NOT NULL,
	`offset` integer DEFAULT 0 NOT NULL,
	`claimed_by` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE INDEX `uploads_expiry` ON `uploads` (`expires_at`);--> statement-breakpoint
CREATE TABLE `annotation_history` (
	`image_key` integer NOT NULL,
	`revision` integer NOT NULL,
	`at` integer NOT NULL,
	`by_key` integer,
	`source` integer NOT NULL,
	`shapes` text NOT NULL,
	PRIMARY KEY(`image_key`, `revision`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `annotations` (
	`image_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`version_key` integer NOT NULL,
	`label_key` integer NOT NULL,
	`kind` integer NOT NULL,
	`geometry` text,
	`source` integer NOT NULL,
	`score` real,
	`by_key` integer,
	`at` integer NOT NULL,
	PRIMARY KEY(`image_key`, `ordinal`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `annotations_of_label` ON `annotations` (`version_key`,`label_key`,`image_key`);--> statement-breakpoint
CREATE INDEX `annotations_of_source` ON `annotations` (`version_key`,`source`,`image_key`);--> statement-breakpoint
CREATE INDEX `annotations_of_labeler` ON `annotations` (`version_key`,`by_key`,`image_key`);--> statement-breakpoint
CREATE TABLE `dataset_versions` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`dataset_id` text NOT NULL,
	`number` integer NOT NULL,
	`base_version_id` text,
	`visible_key` integer DEFAULT 0 NOT NULL,
	`total` integer DEFAULT 0 NOT NULL,
	`unlabeled` integer DEFAULT 0 NOT NULL,
	`labeled` integer DEFAULT 0 NOT NULL,
	`cleaned` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`import_id` text,
	`hidden` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`created_by` text,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dataset_versions_id_unique` ON `dataset_versions` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `dataset_versions_number` ON `dataset_versions` (`dataset_id`,`number`);--> statement-breakpoint
CREATE TABLE `datasets` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text,
	`home_project_id` text NOT NULL,
	`name` text NOT NULL,
	`annotation_type` text NOT NULL,
	`next_number` integer DEFAULT 1 NOT NULL,
	`deleted` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `datasets_name` ON `datasets` (`project_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `datasets_public_name` ON `datasets` (`name`) WHERE "datasets"."project_id" IS NULL;--> statement-breakpoint
CREATE TABLE `image_blocks` (
	`version_key` integer NOT NULL,
	`block` integer NOT NULL,
	`state` integer NOT NULL,
	`images` integer NOT NULL,
	PRIMARY KEY(`version_key`, `block`, `state`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `images` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`version_key` integer NOT NULL,
	`content_key` integer NOT NULL,
	`name` text NOT NULL,
	`format` integer NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`orientation` integer NOT NULL,
	`state` integer NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`version_key`) REFERENCES `dataset_versions`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `images_id_unique` ON `images` (`id`);--> statement-breakpoint
CREATE INDEX `images_of_version` ON `images` (`version_key`);--> statement-breakpoint
CREATE INDEX `images_of_state` ON `images` (`version_key`,`state`);--> statement-breakpoint
CREATE UNIQUE INDEX `images_content` ON `images` (`version_key`,`content_key`);--> statement-breakpoint
CREATE TABLE `label_blocks` (
	`version_key` integer NOT NULL,
	`label_key` integer NOT NULL,
	`block` integer NOT NULL,
	`state` integer NOT NULL,
	`images` integer NOT NULL,
	PRIMARY KEY(`version_key`, `label_key`, `block`, `state`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `label_counts` (
	`version_key` integer NOT NULL,
	`label_key` integer NOT NULL,
	`images` integer NOT NULL,
	PRIMARY KEY(`version_key`, `label_key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `labelers` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `labelers_user_id_unique` ON `labelers` (`user_id`);--> statement-breakpoint
CREATE TABLE `labels` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`dataset_id` text NOT NULL,
	`name` text NOT NULL,
	`color` text NOT NULL,
	`shortcut` text,
	`position` integer NOT NULL,
	`import_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `labels_id_unique` ON `labels` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `labels_name` ON `labels` (`dataset_id`,`name`);--> statement-breakpoint
CREATE TABLE `name_grams` (
	`version_key` integer NOT NULL,
	`gram` text NOT NULL,
	`start` integer NOT NULL,
	PRIMARY KEY(`version_key`, `gram`, `start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `contents` (
	`key` integer PRIMARY KEY NOT NULL,
	`sha256` blob NOT NULL,
	`pack_id` integer NOT NULL,
	`offset` integer NOT NULL,
	`length` integer NOT NULL,
	`refs` integer NOT NULL,
	`pixels` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`pack_id`) REFERENCES `packs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contents_sha256_unique` ON `contents` (`sha256`);--> statement-breakpoint
CREATE INDEX `contents_undecoded` ON `contents` (`key`) WHERE "contents"."pixels" = 0;--> statement-breakpoint
CREATE INDEX `contents_unreferenced` ON `contents` (`key`) WHERE "contents"."refs" = 0;--> statement-breakpoint
CREATE INDEX `contents_of_pack` ON `contents` (`pack_id`,`offset`);--> statement-breakpoint
CREATE TABLE `packs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`size` integer NOT NULL,
	`dead` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `workloads` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`owner_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`nodes` integer NOT NULL,
	`cpu` real NOT NULL,
	`memory_bytes` integer NOT NULL,
	`cards` integer NOT NULL,
	`card_resource` text,
	`counted` integer NOT NULL,
	`grace_ms` integer NOT NULL,
	`handle` text,
	`observed` text NOT NULL,
	`exit_code` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`admitted_at` integer,
	`started_at` integer,
	`ended_at` integer,
	`stopped_by` text,
	`settled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `workloads_id_unique` ON `workloads` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `workloads_of_owner` ON `workloads` (`kind`,`owner_id`,`attempt`);--> statement-breakpoint
CREATE INDEX `workloads_of_project` ON `workloads` (`project_id`,`state`);--> statement-breakpoint
CREATE INDEX `workloads_by_state` ON `workloads` (`state`,`seq`);--> statement-breakpoint
CREATE INDEX `workloads_by_settled` ON `workloads` (`settled_at`);--> statement-breakpoint
CREATE TABLE `file_sets` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`project_id` text,
	`name` text NOT NULL,
	`scenario` text NOT NULL,
	`details` text NOT NULL,
	`next_number` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text
);
--> statement-breakpoint
CREATE INDEX `file_sets_of_project` ON `file_sets` (`kind`,`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `file_sets_by_name` ON `file_sets` (`kind`,`name`);--> statement-breakpoint
CREATE TABLE `set_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`set_id` text NOT NULL,
	`number` integer NOT NULL,
	`origin` text NOT NULL,
	`sealed` integer NOT NULL,
	`file_count` integer NOT NULL,
	`bytes` integer NOT NULL,
	`stale` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	FOREIGN KEY (`set_id`) REFERENCES `file_sets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `set_versions_of_set` ON `set_versions` (`set_id`,`number`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`subject_name` text NOT NULL,
	`state` text NOT NULL,
	`input` text NOT NULL,
	`checkpoint` text,
	`cancel_requested` integer DEFAULT false NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`total` integer,
	`step` text,
	`problem_code` text,
	`problem_params` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`created_by` text
);
--> statement-breakpoint
CREATE INDEX `tasks_of_project` ON `tasks` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_by_state` ON `tasks` (`state`,`id`);
--> statement-breakpoint
CREATE VIRTUAL TABLE `images_fts` USING fts5(`name`, content='images', content_rowid='key', tokenize='trigram', columnsize=0);
