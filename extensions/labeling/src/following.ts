import { Ranges, resize, type Selection } from '@topsdl/annotator';

/** More selected images than this are known by their places only. */
const MOST = 5000;

/** Which images a selection means, so that it stays on them when others come or go before them. */
export interface Followed {
  readonly selected: ReadonlySet<string>;
  readonly focus: string | undefined;
  readonly anchor: string | undefined;
}

type At = (index: number) => { readonly id: string } | undefined;

/** @returns undefined where that cannot be said: too many, or some are not loaded */
export function remember(selection: Selection, at: At): Followed | undefined {
  if (selection.selected.size > MOST) {
    return undefined;
  }
  const ids = [...selection.selected].map(index => at(index)?.id);
  return ids.includes(undefined)
    ? undefined
    : {
        selected: new Set(ids as string[]),
        focus: at(selection.focus)?.id,
        anchor: at(selection.anchor)?.id
      };
}

/**
 * The selection in a list that has changed. An image that is not found is selected no more; a focus that
 * is not found stays in its place, where the next image is now.
 */
export function follow(
  before: Selection,
  followed: Followed | undefined,
  images: Iterable<readonly [index: number, image: { readonly id: string }]>,
  count: number
): Selection {
  const resized = resize(before, count);
  if (!followed) {
    return resized.count === before.count ? before : resized;
  }
  const found: number[] = [];
  let { focus, anchor } = resized;
  for (const [index, { id }] of images) {
    if (index >= count) {
      continue;
    }
    if (followed.selected.has(id)) {
      found.push(index);
    }
    focus = id === followed.focus ? index : focus;
    anchor = id === followed.anchor ? index : anchor;
  }
  const selected = new Ranges(found.map(index => [index, index] as const));
  const same =
    count === before.count &&
    focus === before.focus &&
    anchor === before.anchor &&
    selected.spans.join() === before.selected.spans.join();
  return same ? before : { count, focus, anchor, selected };
}
