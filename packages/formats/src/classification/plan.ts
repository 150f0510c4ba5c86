import type { EntryProblem } from '../problem.ts';
import type { ClassificationLayout, ClassificationPlan } from './types.ts';

/** Folder names that say which part of a split the classes below belong to. */
const SPLITS = new Set([
  'train',
  'training',
  'val',
  'valid',
  'validation',
  'test',
  'testing',
  'eval',
  'evaluate'
]);

/** The contract's rule for names, which labels follow. */

const LABEL = /^(?!\.{1,2}$)(?=[\s\S]*\S)[^/:*?"<>|'\\\u0000-\u001f\u007f]{1,50}$/u;

/** The folders that have images directly in them: all that the layout depends on. */
function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  return folders;
}

const partsOf = (folder: string) => (folder === '' ? [] : folder.split('/'));

/** The folders that all images are in. */
function commonRoot(folders: readonly (readonly string[])[]): number {
  const [first = [], ...rest] = folders;
  let depth = 0;
  while (depth < first.length && rest.every(parts => parts[depth] === first[depth])) {
    depth++;
  }
  return depth;
}

/**
 * Says what an import's paths are: class folders, where the folder is the label, or plain images.
 *
 * Folders around everything are stripped, then a level of `train`, `val`, `test` folders; the first
 * folder that is left is the label, whatever lies between it and the image; an image outside of any
 * is unlabeled. A single folder is a wrapping and no label, and plain images divided into `train` and
 * `test` have none either, unless `class-folders` was asked for.
 *
 * @param paths of the images that are taken
 * @param layout what the user chose; `auto` is class folders from two different labels on
 */
export function planClassification(
  paths: Iterable<string>,
  layout: ClassificationLayout | 'auto' = 'auto'
): ClassificationPlan {
  const folders = [...foldersOf(paths)].map(partsOf);
  if (layout === 'images' || folders.length === 0) {
    return plan(layout === 'class-folders' ? layout : 'images', [], false);
  }
  let depth = commonRoot(folders);
  if (folders.every(parts => parts.length === depth)) {
    // One folder holds everything: it is the label if there have to be labels, else a wrapping.
    depth = layout === 'class-folders' ? Math.max(0, depth - 1) : depth;
  }
  // `train/cat` alone has the common root `train/cat`: the split is below the root.
  const root = (folders[0] ?? []).slice(0, depth);
  const below = folders.map(parts => parts.slice(depth)).filter(parts => parts.length > 0);
  const named = below.every(([name = '']) => SPLITS.has(name.toLowerCase()));
  const splits = named && below.some(parts => parts.length > 1);
  const labels = new Set(below.map(parts => parts[splits ? 1 : 0]).filter(name => name));
  if (layout === 'auto' && (labels.size < 2 || (named && !splits))) {
    return plan('images', root, splits);
  }
  return plan('class-folders', root, splits);
}

function plan(
  layout: ClassificationLayout,
  root: readonly string[],
  splits: boolean
): ClassificationPlan {
  const labelAt = root.length + (splits ? 1 : 0);
  return {
    layout,
    root: root.join('/'),
    splits,
    labelOf(path): string | null | EntryProblem {
      if (layout === 'images') {
        return null;
      }
      const parts = path.split('/');
      const folder = parts[labelAt];
      if (folder === undefined || parts.length - 1 <= labelAt) {
        return null;
      }
      const label = folder.normalize('NFC');
      return LABEL.test(label) ? label : { code: 'entry.labelName', params: { label } };
    }
  };
}
