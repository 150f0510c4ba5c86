DROP INDEX `contents_undecoded`;--> statement-breakpoint
ALTER TABLE `contents` DROP COLUMN `pixels`;