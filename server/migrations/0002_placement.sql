ALTER TABLE `compute_specs` ADD `node_selector` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `compute_specs` ADD `tolerations` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `service_versions` ADD `placement` text DEFAULT '{"fabrics":[],"nodeSelector":{},"tolerations":[]}' NOT NULL;--> statement-breakpoint
UPDATE `training_runs` SET `configuration` = json_set(`configuration`, '$.placement', json('{"fabrics":[],"nodeSelector":{},"tolerations":[]}'));
