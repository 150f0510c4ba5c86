-- What drizzle-kit cannot say: ten million shapes are kept in the order of their images, without a
-- second key (WITHOUT ROWID), and names are searched by trigrams.
DROP TABLE `annotations`;
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
CREATE INDEX `annotations_of_label` ON `annotations` (`version_key`,`label_key`,`image_key`);
--> statement-breakpoint
CREATE INDEX `annotations_of_source` ON `annotations` (`version_key`,`source`,`image_key`);
--> statement-breakpoint
CREATE INDEX `annotations_of_labeler` ON `annotations` (`version_key`,`by_key`,`image_key`);
--> statement-breakpoint
DROP TABLE `annotation_history`;
--> statement-breakpoint
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
DROP TABLE `label_counts`;
--> statement-breakpoint
CREATE TABLE `label_counts` (
	`version_key` integer NOT NULL,
	`label_key` integer NOT NULL,
	`images` integer NOT NULL,
	PRIMARY KEY(`version_key`, `label_key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE VIRTUAL TABLE `images_fts` USING fts5(`name`, content='images', content_rowid='key', tokenize='trigram', columnsize=0);
