import type { EntryProblem } from '../problem.ts';
import type { ClassificationLayout, ClassificationPlan } from './types.ts';

/** The folder of images without a label, beside those of classes, where we write files ourselves. */
export const UNLABELED_FOLDER = '_unlabeled';

/** Folder names that say which part of a whole the classes below belong to. */
const SPLITS = new Set([
  'train',
  'training',
  'val',
  'valid',
  'validation',
  'test',
  'testing',
  'eval',
  'evaluate',
  'labeled',
  'unlabeled',
  '训练',
  '训练集',
  '验证',
  '验证集',
  '测试',
  '测试集',
  '已标注',
  '未标注'
]);

/** The contract's rule for names, which labels follow. */
const LABEL = /^(?!\.{1,2}$)(?=[\s\S]*\S)[^/:*?"<>|'\\\u0000-\u001f\u007f-\u009f]{1,50}$/u;

/** A folder as its parts, from the top. */
type Folder = readonly string[];

/** The folders that have files directly in them: all that the layout depends on. */
function foldersOf(paths: Iterable<string>): Folder[] {
  const folders = new Set<string>();
  for (const path of paths) {
    folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  return [...folders].map(folder => (folder === '' ? [] : folder.split('/')));
}

/** The folder that all others are or lie in. */
function commonFolder(folders: readonly Folder[]): Folder {
  const [first = [], ...rest] = folders;
  const end = first.findIndex((part, depth) => rest.some(parts => parts[depth] !== part));
  return end < 0 ? first : first.slice(0, end);
}

const startsWith = (folder: Folder, root: Folder) =>
  root.every((part, depth) => folder[depth] === part);

/** The folder that the classes, or the parts of a split, are in: a single folder is gone into as long as it has folders itself, whatever lies beside it. */
function rootOf(folders: readonly Folder[]): Folder {
  for (let depth = 0; ; depth++) {
    const below = folders.filter(parts => parts.length > depth);
    const [first = [], ...rest] = below;
    const single = first.length > 0 && rest.every(parts => parts[depth] === first[depth]);
    if (!single || below.every(parts => parts.length === depth + 1)) {
      return first.slice(0, depth);
    }
  }
}

/**
 * Says what an import's paths are: class folders, where the folder is the label, or plain images.
 *
 * Folders around everything are stripped, then a level of `train`, `val`, `test` folders; the first
 * folder that is left is the label, whatever lies between it and the image; an image outside of any,
 * or in `_unlabeled`, is unlabeled. A single folder is a wrapping and no label, and plain images divided
 * into `train` and `test` have none either, unless `class-folders` was asked for.
 *
 * @param paths of the images that are taken
 * @param layout what the user chose; `auto` is class folders from two different labels on
 * @param bad paths of pictures that cannot be taken; a folder of nothing else is a class, too
 */
export function planClassification(
  paths: Iterable<string>,
  layout: ClassificationLayout | 'auto' = 'auto',
  bad: Iterable<string> = []
): ClassificationPlan {
  const folders = foldersOf(paths);
  if (layout === 'images' || folders.length === 0) {
    return plan(layout === 'class-folders' ? layout : 'images', [], false);
  }
  const root = rootOf(folders);
  const classes = (some: readonly Folder[]) =>
    some.filter(parts => startsWith(parts, root)).map(parts => parts.slice(root.length));
  const below = classes(folders).filter(parts => parts.length > 0);
  const named = below.every(([name = '']) => SPLITS.has(name.toLowerCase()));
  const splits = named && below.some(parts => parts.length > 1);
  const labels = new Set(
    [...below, ...classes(foldersOf(bad))].map(parts => parts[splits ? 1 : 0])
  );
  labels.delete(undefined);
  labels.delete(UNLABELED_FOLDER);
  if (layout === 'auto' && (labels.size < 2 || (named && !splits))) {
    return plan('images', commonFolder(folders), splits);
  }
  return plan('class-folders', root, splits);
}

function plan(layout: ClassificationLayout, root: Folder, splits: boolean): ClassificationPlan {
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
      const outside = folder === undefined || parts.length - 1 <= labelAt;
      if (outside || folder === UNLABELED_FOLDER) {
        return null;
      }
      const label = folder.normalize('NFC');
      return LABEL.test(label) ? label : { code: 'entry.labelName', params: { label } };
    }
  };
}
