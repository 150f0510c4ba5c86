import type { Database } from 'better-sqlite3';
import { prepared } from './statement-cache.ts';

/** SQLite's trigram tokenizer knows no shorter pattern. */
export const TRIGRAM = 3;

/** Names that are looked at to know which trigrams are common. */
const SAMPLE = 256;

/** Names that may hold a trigram for it to be worth looking it up, as a share of all. */
const TELLING = 0.05;

/** A trigram this many times as common as the rarest of a search adds work and tells nothing new. */
const SPREAD = 8;

/** Trigrams of a text that are looked up, where it has so many that tell something. */
const MOST_TRIGRAMS = 4;
const LEAST_TRIGRAMS = 3;

/** Entries of the index, or names, that are gone through without a reader thread. */
const LIGHT_ENTRIES = 20_000;

/** Of a search that this share of the names matches, the first thousand are never far. */
const DENSE = 0.25;

/** How a text of three characters or more is looked for in the trigram index. */
export interface TrigramPlan {
  /** The expression for FTS5. */
  readonly match: string;
  /** It lets more through than the text: names have to be compared. */
  readonly verify: boolean;
  /** A page is found with little work. */
  readonly light: boolean;
}

/** What a sample of the names says about those of all images. */
interface Sample {
  readonly lastKey: number;
  readonly names: readonly string[];
  /** In how many of the sampled names each trigram is. */
  readonly trigrams: ReadonlyMap<string, number>;
}

const samples = new WeakMap<Database, Sample>();

/** The names looked at before, unless so many came since that they say little. */
function sampleOf(db: Database): Sample {
  const lastKey = prepared<{ key: number }>(
    db,
    'SELECT coalesce(max(key), 0) AS key FROM images'
  ).get()!.key;
  const known = samples.get(db);
  if (known && lastKey <= known.lastKey * 1.25 + SAMPLE) {
    return known;
  }
  const find = prepared<{ name: string }>(
    db,
    'SELECT name FROM images WHERE key >= ? ORDER BY key LIMIT 1'
  );
  const names: string[] = [];
  for (let i = 0; i < SAMPLE && lastKey > 0; i++) {
    // Not at even distances: those might always meet the same numbers.
    const found = find.get(1 + Math.floor(((i + Math.random()) * lastKey) / SAMPLE));
    if (found) {
      names.push(found.name.toLowerCase());
    }
  }
  const trigrams = new Map<string, number>();
  for (const name of names) {
    for (const trigram of new Set(trigramsOf([...name]))) {
      trigrams.set(trigram, (trigrams.get(trigram) ?? 0) + 1);
    }
  }
  const sample = { lastKey, names, trigrams };
  samples.set(db, sample);
  return sample;
}

function trigramsOf(characters: readonly string[]): string[] {
  return characters.slice(TRIGRAM - 1).map((_, at) => characters.slice(at, at + TRIGRAM).join(''));
}

/**
 * Decides how a text is looked for. The index goes through the entries of every trigram it is asked
 * for, and the ending of file names is in all of them: a few trigrams that do not overlap, and none
 * that is common where others are rare, find little more than the text does, for a fraction of the work.
 *
 * @param text three characters or more, without NUL
 */
export function planTrigrams(db: Database, text: string): TrigramPlan {
  const sample = sampleOf(db);
  const trigrams = trigramsOf([...text.toLowerCase()]).map((trigram, at) => ({
    at,
    trigram,
    share: (sample.trigrams.get(trigram) ?? 0) / Math.max(1, sample.names.length)
  }));
  const rarest = Math.min(...trigrams.map(({ share }) => share));
  const light =
    trigrams.length === 1 ||
    rarest * sample.lastKey <= LIGHT_ENTRIES ||
    shareOfNames(db, text) >= DENSE;
  if (trigrams.length === 1 || !comparesAlike(text)) {
    return { match: quote(text), verify: false, light };
  }
  const most = Math.max(TELLING, SPREAD * rarest);
  const telling = trigrams
    .filter(({ share }) => share <= most)
    .sort((a, b) => a.share - b.share || a.at - b.at);
  const chosen: typeof trigrams = [];
  // Those that overlap say much of the same, and are taken where there are not enough others.
  for (const [enough, distance] of [
    [MOST_TRIGRAMS, TRIGRAM],
    [LEAST_TRIGRAMS, 1]
  ] as const) {
    for (const one of telling) {
      const apart = chosen.every(({ at }) => Math.abs(at - one.at) >= distance);
      if (chosen.length < enough && apart) {
        chosen.push(one);
      }
    }
  }
  return { match: chosen.map(({ trigram }) => quote(trigram)).join(' AND '), verify: true, light };
}

/** The share of the names, of all versions, that hold a text: an estimate by a sample. */
export function shareOfNames(db: Database, text: string): number {
  const { names } = sampleOf(db);
  const wanted = text.toLowerCase();
  return names.filter(name => name.includes(wanted)).length / Math.max(1, names.length);
}

/** Whether LIKE, which knows the case of ASCII letters only, compares the text as the index does. */
export function comparesAlike(text: string): boolean {
  return [...text].every(
    character => character < '\u0080' || character.toLowerCase() === character.toUpperCase()
  );
}

/** An FTS5 string: everything in it is literal. */
function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A pattern for `LIKE … ESCAPE '\'` that a name matches with the text anywhere in it. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, character => `\\${character}`)}%`;
}
