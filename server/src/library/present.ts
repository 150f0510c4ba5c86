import type { Annotation, Image, UserRef } from '@topsdl/contract';
import type { AnnotationRecord, ImageRecord } from './browse.ts';

/** Names users by id; null where nobody is known any more. */
export type NameUser = (userId: string | null) => UserRef | null;

/** A page of images; each user is asked for once. */
export function presentImages(
  records: readonly ImageRecord[],
  versionId: string,
  user: NameUser
): Image[] {
  const named = new Map<string | null, UserRef | null>();
  const once: NameUser = userId => {
    let found = named.get(userId);
    if (found === undefined) {
      found = user(userId);
      named.set(userId, found);
    }
    return found;
  };
  return records.map(record => presentImage(record, versionId, once));
}

export function presentImage(record: ImageRecord, versionId: string, user: NameUser): Image {
  const { id, name, format, width, height, bytes, sha256, state, revision } = record;
  return {
    id,
    versionId,
    name,
    format,
    width,
    height,
    bytes,
    sha256,
    state,
    revision,
    annotations: record.annotations.map(annotation => presentAnnotation(annotation, user))
  };
}

export function presentAnnotation(record: AnnotationRecord, user: NameUser): Annotation {
  const { kind, labelId, source, score, userId, at } = record;
  return {
    shape: { kind, labelId },
    source,
    score,
    by: user(userId),
    at: new Date(at).toISOString()
  };
}
