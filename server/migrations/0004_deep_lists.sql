-- Counters by block of 2,048 keys, and short pieces of names by run of 256, for what is there already.
CREATE TABLE `image_blocks` (
	`version_key` integer NOT NULL,
	`block` integer NOT NULL,
	`state` integer NOT NULL,
	`images` integer NOT NULL,
	PRIMARY KEY(`version_key`, `block`, `state`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `label_blocks` (
	`version_key` integer NOT NULL,
	`label_key` integer NOT NULL,
	`block` integer NOT NULL,
	`state` integer NOT NULL,
	`images` integer NOT NULL,
	PRIMARY KEY(`version_key`, `label_key`, `block`, `state`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `name_grams` (
	`version_key` integer NOT NULL,
	`gram` text NOT NULL,
	`start` integer NOT NULL,
	PRIMARY KEY(`version_key`, `gram`, `start`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `contents` ADD `pixels` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
CREATE INDEX `contents_undecoded` ON `contents` (`key`) WHERE "contents"."pixels" = 0;
--> statement-breakpoint
INSERT INTO `image_blocks` SELECT version_key, key >> 11, state, count(*) FROM images GROUP BY 1, 2, 3;
--> statement-breakpoint
INSERT INTO `label_blocks` SELECT i.version_key, a.label_key, i.key >> 11, i.state, count(DISTINCT i.key)
	FROM images i CROSS JOIN annotations a ON a.image_key = i.key GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
CREATE TABLE `places` (`at` integer PRIMARY KEY);
--> statement-breakpoint
INSERT INTO `places` WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 1024) SELECT at FROM n;
--> statement-breakpoint
INSERT INTO `name_grams` SELECT r.version_key, g.value, r.start
	FROM (SELECT DISTINCT version_key, key - key % 256 AS start FROM images) r
	CROSS JOIN json_each((SELECT json_group_array(DISTINCT lower(substr(i.name, p.at, 2)))
		FROM images i CROSS JOIN places p ON p.at <= length(i.name)
		WHERE i.key >= r.start AND i.key < r.start + 256 AND i.version_key = r.version_key)) g;
--> statement-breakpoint
INSERT OR IGNORE INTO `name_grams` SELECT version_key, substr(gram, 1, 1), start FROM `name_grams`;
--> statement-breakpoint
DROP TABLE `places`;
