import type { EntryProblem } from '../problem.ts';
import { checkPath, isSystemPath, shownPath, type PathRegistry } from './paths.ts';
import type {
  ArchiveLimits,
  DirectoryEntry,
  FileEntry,
  RefusedEntry,
  SystemEntry
} from './types.ts';

/** What a format's header says an entry is. */
export type EntryType = 'file' | 'directory' | 'link' | { readonly special: string };

/**
 * The decision about an entry that both formats share, from its name and type: what it is, or why it
 * is refused. Undefined for an entry that stands for the archive's own root.
 */
export function classifyEntry(
  name: string,
  type: EntryType,
  size: number,
  registry: PathRegistry,
  limits: ArchiveLimits,
  read: () => Promise<Buffer>,
  bomb = false
): FileEntry | DirectoryEntry | RefusedEntry | SystemEntry | undefined {
  const refused = (problem: EntryProblem): RefusedEntry => ({
    kind: 'refused',
    path: shownPath(name),
    problem
  });
  const checked = checkPath(name, limits);
  if (!checked.ok) {
    return refused(checked.problem);
  }
  const { path } = checked;
  const directory = type === 'directory' || (type === 'file' && checked.directory);
  if (path === '') {
    return directory ? undefined : refused({ code: 'entry.name', params: {} });
  }
  // A refused link still takes its path: nothing may come to lie in its place or below it.
  const fresh = registry.add(path, directory);
  if (type === 'link') {
    return refused({ code: 'entry.link', params: {} });
  }
  if (typeof type === 'object') {
    return refused({ code: 'entry.special', params: { type: type.special } });
  }
  if (isSystemPath(path)) {
    return { kind: 'system', path };
  }
  if (!fresh) {
    return refused({ code: 'entry.duplicate', params: {} });
  }
  if (directory) {
    return { kind: 'directory', path };
  }
  if (bomb) {
    return refused({ code: 'entry.bomb', params: { limit: limits.ratio } });
  }
  if (size > limits.entryBytes) {
    return refused({ code: 'entry.tooLarge', params: { bytes: size, limit: limits.entryBytes } });
  }
  return { kind: 'file', path, size, read };
}
